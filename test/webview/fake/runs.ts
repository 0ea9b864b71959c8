import { measured } from '../../../src/protocol/metric';
import type { ChartedModel, RunsRequests } from '../../../src/protocol/runs-page';
import type { Handlers } from '../../../src/rpc/peer';
import { random } from './weights';

/** Runs of a pruning further and further, with some luck, and a few without a metric. */
function fakeRuns(count: number): ChartedModel[] {
  const next = random(3);
  return Array.from({ length: count }, (_, i) => {
    const sparsity = 1 - 10 ** (-2.2 * (i / count));
    const nonzero = Math.round(458_570 * (1 - sparsity));
    const accuracy = 0.918 - 0.12 * Math.max(0, sparsity - 0.8) - 0.02 * next();
    return {
      path: `/models/run-${i + 1}/model.json`,
      name: `run-${i + 1}`,
      totals: {
        ...{ bytes: 1_840_000, gzipBytes: Math.round(nonzero * 4.2) + 4000, packedBytes: nonzero * 3 + 1500 },
        ...{ params: 458_570, nonzero, macs: 6_047_488, sparsity },
      },
      metrics: i % 17 === 5 ? null : [measured('accuracy', accuracy), measured('loss', 3 * (1 - accuracy))],
      split: 'test',
      sampleData: i % 11 === 3,
    };
  });
}

/** The extension host's side of the chart of runs. */
export function runsHandlers(count: number, note: (method: string, params: unknown) => void): Handlers<RunsRequests> {
  const [first, ...runs] = fakeRuns(count);
  return {
    runs: () => Promise.resolve({ runs, others: first ? [first.path, '/models/damaged/model.json'] : [] }),
    checkpoint: ({ path }) =>
      first?.path === path ? Promise.resolve(first) : Promise.reject(new Error('The file is damaged.')),
    latencies: ({ paths }) =>
      Promise.resolve(paths.map((path, i) => ({ path, milliseconds: i % 9 === 4 ? null : 0.2 + 0.001 * i }))),
    openCheckpoint: (params) => {
      note('openCheckpoint', params);
      return Promise.resolve(null);
    },
    showLog: () => Promise.resolve(null),
  };
}
