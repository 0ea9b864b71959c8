/**
 * From this many bytes on the C library of Linux takes memory from the system, and gives it back when it is freed. It raises
 * the number by itself with what is freed unless it is set: memory of graphs that are gone then stays in its heap.
 */
const LEAST_MAPPED_BYTES = 2 ** 20;

/** An engine's environment, a copy of its own: Electron's own variables and Node's options of the editor are not the engine's. */
export function engineEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    MALLOC_MMAP_THRESHOLD_: String(LEAST_MAPPED_BYTES),
    ...process.env,
    ELECTRON_RUN_AS_NODE: '1',
  };
  delete environment['NODE_OPTIONS'];
  return environment;
}
