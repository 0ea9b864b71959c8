import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readRunOf } from '../../../../src/disk/read-run';
import { recordedResults } from '../../../../src/extension/panel/recorded-results';
import { PanelState } from '../../../../src/protocol/panel';
import { folderWith } from '../../temporary';

const totals = { params: 10, nonzero: 5, kernelWeights: 10, sparsity: 0.5, macs: 1, bytes: 40, gzipBytes: 2300 };
const hash = 'a'.repeat(64);
const record = { epoch: 1, loss: 0.4, accuracy: 0.9, validationAccuracy: 0.88, seconds: 1 };
const results = {
  ...{ out: '/x/model.json', folder: '/x', before: totals, after: totals, sampleData: false },
  steps: [{ step: 'finetune', epochs: [record], best: record }],
  accuracy: { before: 0.9, afterPrune: 0.8, afterFineTune: 0.89 },
  ...{ finished: '2026-11-30T07:00:00.000Z', written: { modelJson: 'b'.repeat(64), weights: hash } },
};
const recipe = { recipeVersion: 1, checkpoint: '../cnn', steps: [{ step: 'finetune', epochs: 1 }] };
const inspection = (weightsHash: string) => ({
  weightsHash,
  provenance: {
    ...{ version: '0.1.0', recipe: null, seed: 0, parent: null },
    backend: { name: 'x', version: '1', threads: 1 },
    accuracies: [
      { after: 'finetune', split: 'validation', samples: 500, accuracy: 0.88, sampleData: false },
      { after: 'finetune', split: 'test', samples: 10_000, accuracy: 0.89, sampleData: false },
    ],
  },
});

const resultsOf = async (model: string, weightsHash: string) => {
  const run = await readRunOf(model);
  return run && recordedResults(run, inspection(weightsHash));
};

test('a checkpoint opens with the metrics, the curve and the parent of its run while its weights are those', async () => {
  const folder = await folderWith({ 'recipe.json': recipe, 'results.json': results, 'model.json': '{}' });
  const model = path.join(folder, 'model.json');
  const recorded = await resultsOf(model, hash);
  expect(PanelState.shape.results.parse(recorded)).toMatchObject({
    ...{ finished: '2026-11-30T07:00:00.000Z', split: 'test', samples: 10_000, sampleData: false },
    metrics: [{ name: 'accuracy', value: 0.89 }],
    curve: [{ epoch: 1, loss: 0.4, validation: { value: 0.88 } }],
    parent: { name: 'cnn', path: null },
  });
  expect(await resultsOf(model, 'c'.repeat(64))).toBeUndefined();
  expect(await resultsOf(path.join(folder, 'other.json'), hash)).toBeUndefined();
});

test('results of an earlier version do not say which weights they are of, so they are not shown', async () => {
  const folder = await folderWith({ 'recipe.json': recipe, 'results.json': results, 'model.json': '{}' });
  const file = path.join(folder, 'results.json');
  const { written: _, ...earlier } = JSON.parse(await readFile(file, 'utf8')) as typeof results;
  await writeFile(file, JSON.stringify(earlier));
  expect(await resultsOf(path.join(folder, 'model.json'), hash)).toBeUndefined();
});
