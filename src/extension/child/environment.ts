/** Pages of 2 MB from the C library of Linux, where the system leaves it to programs to ask for them. */
export const LARGE_PAGES = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;

/** What that library does with memory, where the user has not said. Figures: packages/tfjs-backend-onnxruntime/BENCHMARKS.md. */
const MEMORY = {
  ...LARGE_PAGES,
  /**
   * From 1 MB on memory comes from the system, and goes back when it is freed. The library raises this number by what is freed
   * unless it is set: memory of graphs that are gone then stays in its heap. Below it is what single steps take and free.
   */
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
} as const;

/** What would decide which code a Node process loads: the engine's is decided by where it lies, and by the settings. */
const LOADING: ReadonlySet<string> = new Set(['NODE_OPTIONS', 'NODE_PATH']);

/** An engine's environment, a copy of its own: Electron's own variables and Node's options of the editor are not the engine's. */
export function engineEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !LOADING.has(name));
  return { ...MEMORY, ...Object.fromEntries(own), ELECTRON_RUN_AS_NODE: '1' };
}
