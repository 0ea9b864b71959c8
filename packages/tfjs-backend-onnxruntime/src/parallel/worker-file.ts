/**
 * Returns the file that the worker threads run: beside the bundle that contains this module. Sources use the file that
 * `npm run build` writes.
 */
export function workerFile(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../dist/worker.cjs' : './worker.cjs', here);
}
