import { atLeast, type BenchLine, median } from '../../../testing/bench-line';
import { nameOf } from './measure';
import type { Job, Speed } from './measure';
import { OURS, PYTORCH } from './contenders';
import type { Manner } from './orders';

interface Target {
  readonly job: Job;
  readonly manner: Manner;
  readonly least: number;
}

const FIRST = 'fashion-cnn';
/** The network that ships first must win; the others must keep up. */
const TARGETS: Readonly<Record<'first' | 'others', readonly Target[]>> = {
  first: [
    { job: 'training', manner: 'best', least: 1 },
    { job: 'training', manner: 'tutorial', least: 1.4 },
    { job: 'evaluation', manner: 'best', least: 1 },
  ],
  others: [
    { job: 'training', manner: 'best', least: 0.8 },
    { job: 'training', manner: 'tutorial', least: 1 },
    { job: 'evaluation', manner: 'best', least: 1 },
  ],
};
/** With other numbers of threads the ratios have no targets. */
const TARGET_THREADS = 2;

/**
 * Compares our speed with PyTorch's for each network: by the fastest steps, which have targets, and in the median
 * round, by the median steps of each round, because the speed of a machine may change between rounds.
 */
export function compareWithPytorch(speeds: readonly Speed[]): BenchLine[] {
  const networks = [...new Set(speeds.map(({ network }) => network))];
  return networks.flatMap((network) =>
    [...new Set(speeds.map(({ threads }) => threads))].flatMap((threads) => {
      const find = (job: Job, who: string) =>
        speeds.find((s) => s.network === network && s.threads === threads && s.job === job && s.who === who);
      return TARGETS[network === FIRST ? 'first' : 'others'].flatMap(({ job, manner, least }): BenchLine[] => {
        const who = nameOf({ name: PYTORCH }, manner);
        const [ours, theirs] = [find(job, OURS), find(job, who)];
        if (!ours || !theirs) return [];
        const what = `${network}, ${job}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: over ${who}`;
        const ratio = ours.fastest / theirs.fastest;
        const informative = { value: ratio, unit: 'ratio', target: '', met: true };
        return [
          threads === TARGET_THREADS ? atLeast(what, ratio, 'ratio', least) : { what, ...informative },
          { what: `${what}, in the median round`, ...informative, value: median(ratiosOf(ours, theirs)) },
        ];
      });
    }),
  );
}

const ratiosOf = ({ rounds: ours }: Speed, { rounds: theirs }: Speed): number[] =>
  ours.map((speed, round) => speed / theirs[round]!);
