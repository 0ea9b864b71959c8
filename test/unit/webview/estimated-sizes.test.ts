import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runFigures, runSizes } from '../../../src/extension/runs-view/figures';
import { runSummary } from '../../../src/extension/runs/summary';
import { sizeWords } from '../../../src/protocol/model';
import type { ChartedModel } from '../../../src/protocol/runs-page';
import { runMetrics, type RunResult } from '../../../src/protocol/run';
import { lines } from '../../../src/webview/run/outcome-lines';
import { SIZES } from '../../../src/webview/runs/sizes';

const before = {
  ...{ params: 9e7, nonzero: 9e7, kernelWeights: 9e7, sparsity: 0, macs: null },
  ...{ bytes: 4e8, gzipBytes: 3e8, packedBytes: 2e8 },
};
const after: RunResult['after'] = {
  ...before,
  ...{ gzipBytes: 1e8, packedBytes: 5e7, estimated: ['gzipBytes', 'packedBytes'] },
};
const result: RunResult = {
  ...{ out: '/ws/x/model.json', folder: '/ws/x', steps: [], before, after, sampleData: false },
  ...runMetrics({ before: null, afterPrune: null, afterFineTune: null }),
};

test('sizes that were computed from samples are marked wherever a run shows them', () => {
  expect(sizeWords(after, 'gzipBytes')).toBe('~100 MB');
  expect(runSizes({ result })).toMatch(/gzip ~100 MB, packed ~50\.0 MB/);
  expect(runSummary('Prune', result)).toContain('300 MB → ~100 MB gzipped');
  expect(lines(result).flatMap((line) => (/gzip|packed/.test(line.testId) ? [[line.before, line.after]] : []))).toEqual(
    [
      ['300 MB', '~100 MB'],
      ['200 MB', '~50.0 MB'],
    ],
  );
  const model: ChartedModel = { name: 'x', path: '/x', metrics: null, split: 'test', sampleData: false, totals: after };
  expect([SIZES.gzip.format(1e8, model), SIZES.packed.format(5e7, model)]).toEqual(['~100 MB', '~50.0 MB']);
  const run = { folder: '/ws/x', state: 'finished', result } as const;
  expect(runFigures(run)).toContain('~100 MB gzip');
});

test('no text of the editor, the page or the tools formats such a size without its mark', () => {
  const bare = /bytes\((?:\w+\.)*(?:gzipBytes|packedBytes)\)/;
  // A plan of `target` and an advice measure each size on their own, and mark it on their own.
  const own = new Set([
    'src/webview/pareto/pareto-plot.tsx',
    'src/webview/advice/metric-note.tsx',
    'src/tools/advise.ts',
  ]);
  const found = ['src/extension', 'src/webview', 'src/tools'].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' })
      .map((name) => path.posix.join(room, name.split(path.sep).join('/')))
      .filter((name) => /\.tsx?$/.test(name) && !own.has(name))
      .filter((name) => bare.test(readFileSync(name, 'utf8'))),
  );
  expect(found).toEqual([]);
});
