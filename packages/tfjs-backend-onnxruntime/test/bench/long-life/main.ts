import { computingEnvironment } from '../../tools/environment';
import { inPackage } from '../../tools/paths';
import { run } from '../../tools/run';
import { bundle, withFolder } from '../../../testing/bundle';
import { atMost, type BenchLine } from '../../../testing/bench-line';
import { LongLife, type Phase } from './figures';

/** Megabytes that may come and go in the heap and in native arenas without a leak. */
const SLACK_MB = 64;
/** The default limit of `installBackend` for compiled graphs. */
const SESSIONS_MB = 384;

/**
 * Measures what 5,000 training steps and 500 rounds of opening, evaluating and closing models leave behind, in a
 * process with the settings of the editor.
 */
export function benchLongLife(): Promise<BenchLine[]> {
  return withFolder(async (folder) => {
    const script = await bundle(inPackage('test', 'bench', 'long-life', 'child.ts'), folder);
    const figures = LongLife.parse(
      JSON.parse(await run(process.execPath, ['--expose-gc', script], { env: computingEnvironment() })),
    );
    return [
      ...growth('the last 4,000 of 5,000 training steps', figures.trained),
      ...growth('the last 350 of 500 open-evaluate-close rounds', figures.opened),
      ...growth('the last 250 of 400 rounds of recorded steps and passes', figures.traced),
      atMost('data left by 50 networks, each larger', figures.grown.after.data - figures.grown.before.data, '', 0),
      atMost('compiled graphs kept then, estimated', figures.grown.after.sessionMegabytes, 'MB', SESSIONS_MB),
      atMost('resident memory then', figures.grown.after.megabytes, 'MB', 1024),
      atMost('peak memory of all that', figures.peakMegabytes, 'MB', 1024),
    ];
  });
}

const growth = (what: string, { before, after }: Phase): BenchLine[] => [
  atMost(`tensors left by ${what}`, after.tensors - before.tensors, '', 0),
  atMost(`data left by ${what}`, after.data - before.data, '', 0),
  atMost(`resident memory grown by ${what}`, after.megabytes - before.megabytes, 'MB', SLACK_MB),
];
