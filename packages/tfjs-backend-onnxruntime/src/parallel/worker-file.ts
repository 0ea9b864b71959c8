/**
 * Where the program of the threads lies: beside the bundle of which this module is a part. The sources use the one that
 * `npm run build` makes of them.
 */
export function workerFile(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../dist/worker.cjs' : './worker.cjs', here);
}
