import path from 'node:path';
import { expect, test } from 'vitest';
import { chartedCheckpoint, chartedRun } from '../../../../src/extension/runs-chart/charted';
import { readListedRun } from '../../../../src/disk/read-run';
import { runSizes } from '../../../../src/extension/runs-view/figures';
import { ChartedModel } from '../../../../src/protocol/runs-page';
import { readCheckpoint } from '../../../../src/engine/checkpoint/read';
import { inspect } from '../../../../src/engine/measure/inspect';
import { folderWith } from '../../temporary';

const totals = { params: 10, nonzero: 5, kernelWeights: 10, sparsity: 0.5, macs: 1, bytes: 40, gzipBytes: 2300 };
const result = {
  ...{ out: '/old/place/model.json', folder: '/old/place', steps: [], before: totals, sampleData: true },
  after: { ...totals, packedBytes: 101, idealBits: 800 },
  accuracy: { before: 0.9, afterPrune: 0.8, afterFineTune: 0.89, split: 'validation' },
};
const recipe = {
  recipeVersion: 1,
  checkpoint: '../cnn',
  seed: 0,
  steps: [{ step: 'prune', amount: { sparsity: 0.5 } }],
};
const nameOf = (file: string): string => path.basename(file);

test('a finished run is a point with its last metrics and packed bytes, one that is going on is none', async () => {
  const folder = await folderWith({ 'recipe.json': recipe, 'results.json': result, 'model.json': '{}' });
  const run = await readListedRun(folder, false);
  const charted = ChartedModel.parse(run && chartedRun(run, nameOf));
  expect(charted).toMatchObject({
    ...{ name: path.basename(folder), path: path.join(folder, 'model.json'), split: 'validation', sampleData: true },
    ...{ totals: { packedBytes: 101 }, metrics: [{ name: 'accuracy', value: 0.89 }] },
  });
  expect(run && runSizes(run)).toBe('files 40 B, gzip 2.30 kB, packed 101 B, weights ideally 100 B');
  const going = await readListedRun(folder, true);
  expect(going && chartedRun({ ...going, result: undefined }, nameOf)).toBeUndefined();
});

test('another checkpoint has its sizes, and the metric that was written into it', async () => {
  const sample = await inspect(await readCheckpoint(path.resolve('media/samples/fashion-cnn/model.json')));
  const charted = ChartedModel.parse(chartedCheckpoint(sample, nameOf));
  expect(charted).toMatchObject({ name: 'fashion-cnn', totals: { params: 458_570 }, split: 'test' });
  expect(charted.metrics?.[0]).toMatchObject({ name: 'accuracy' });
  const plain = await inspect(await readCheckpoint(path.resolve('test/fixtures/keras/inverted/model.json')));
  expect(chartedCheckpoint(plain, nameOf)).toMatchObject({ name: 'inverted', metrics: null });
});
