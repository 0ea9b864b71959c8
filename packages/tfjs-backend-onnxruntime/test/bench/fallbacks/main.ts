import { z } from 'zod';
import { inPackage } from '../../tools/paths';
import { run } from '../../tools/run';
import { bundle, withFolder } from '../../../testing/bundle';
import { atMost, type BenchLine } from '../../../testing/bench-line';

const fallbackCount = z.object({ what: z.string(), calls: z.record(z.string(), z.number()) });

/** Number of calls of each kernel on the slow cpu backend in one piece of work. */
export type FallbackCount = z.infer<typeof fallbackCount>;

/** Counts the kernels of each common network that run on the slow cpu backend: there should be none. */
export function benchFallbacks(): Promise<BenchLine[]> {
  return withFolder(async (folder) => {
    const script = await bundle(inPackage('test', 'bench', 'fallbacks', 'count.ts'), folder);
    const counts = z.array(fallbackCount).parse(JSON.parse(await run(process.execPath, [script])));
    return counts.map(({ what, calls }) => {
      const names = Object.entries(calls).map(([name, times]) => ` ${name} x ${times}`);
      const total = Object.values(calls).reduce((sum, times) => sum + times, 0);
      return atMost(`cpu kernels in ${what}${names.length > 0 ? `:${names.join()}` : ''}`, total, '', 0);
    });
  });
}
