import path from 'node:path';
import { expect, test } from 'vitest';
import { readDetails } from '../../../src/disk/run-details';
import { readListedRun } from '../../../src/disk/read-run';
import { chartedRun, runRow } from '../../../src/disk/run-row';
import { runSizes } from '../../../src/extension/runs-view/figures';
import { ChartedModel, RunRow } from '../../../src/protocol/runs-page';
import { folderWith } from '../temporary';

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

test('a row tells when, from which checkpoint, on what data and with which steps, and the notes of a person', async () => {
  const folder = await folderWith({
    'recipe.json': { ...recipe, data: { source: '../data/letters' }, steps: [...recipe.steps, { step: 'finetune', epochs: 3 }] }, // prettier-ignore
    'results.json': { ...result, seconds: 61, finished: '2026-11-30T07:00:00.000Z' },
    'model.json': '{}',
    'notes.json': { tags: ['paper'], note: 'The best one.' },
  });
  const run = await readListedRun(folder, false);
  const row = RunRow.parse(run && runRow(run, nameOf, 0));
  expect(row).toMatchObject({
    ...{ folder, state: 'finished', when: '2026-11-30T07:00:00.000Z', seconds: 61, data: 'letters' },
    ...{ start: { name: 'cnn', path: null }, steps: ['prune 50%', 'finetune 3'] },
    ...{ tags: ['paper'], note: 'The best one.' },
  });
});

test('notes that cannot be read hide nothing else of a run', async () => {
  const folder = await folderWith({
    'recipe.json': recipe,
    'results.json': result,
    'model.json': '{}',
    'notes.json': '{',
  });
  const run = await readListedRun(folder, false);
  expect(run).toMatchObject({ state: 'finished', notes: 'broken' });
  expect(run && runRow(run, nameOf, 0)).toMatchObject({ tags: [], note: '' });
});

test('the curve of an unfinished run goes on over its steps', async () => {
  const record = (epoch: number) => ({ epoch, loss: 1 / epoch, accuracy: 0.5, validationAccuracy: 0.6, seconds: 1 });
  const trained = { step: 'finetune', epochs: [record(1), record(2)], best: record(2) };
  const folder = await folderWith({
    'recipe.json': recipe,
    'state/state.json': { step: 1, results: [trained], training: { records: [record(1)] } },
  });
  const { curve } = await readDetails(folder, nameOf);
  expect(curve.map(({ epoch, loss }) => [epoch, loss])).toEqual([
    [1, 1],
    [2, 0.5],
    [3, 1],
  ]);
  expect(curve[0]).toMatchObject({ validation: { name: 'accuracy', value: 0.6 } });
});

test('recipes of two folders name the same file alike, and other files apart', async () => {
  const steps = (to: string) => [
    { step: 'rewind', to },
    { step: 'finetune', epochs: 1, distill: { teacher: `${to}/model.json` } },
  ];
  const root = await folderWith({
    'a/recipe.json': { recipeVersion: 1, checkpoint: '../cnn', data: '../shirts', steps: steps('../big') },
    'b/c/recipe.json': {
      ...{ recipeVersion: 1, checkpoint: '../../cnn/model.json', data: { source: '../../shirts' } },
      ...{ layers: '../../own.mjs', steps: steps('../../big') },
    },
    'd/recipe.json': { recipeVersion: 1, checkpoint: 'cnn', data: 'fashion-mnist', steps: steps('../big') },
    'a/state/state.json': { step: 0 },
    'b/c/state/state.json': { step: 0 },
    'd/state/state.json': { step: 0 },
  });
  const named = async (name: string) =>
    (await readDetails(path.join(root, name), (file) => path.relative(root, file).split(path.sep).join('/'))).recipe;
  const [a, c, d] = [await named('a'), await named('b/c'), await named('d')];
  expect(a).toMatchObject({ checkpoint: 'cnn/model.json', data: 'shirts' });
  expect(a?.steps).toMatchObject([{ to: 'big/model.json' }, { distill: { teacher: 'big/model.json' } }]);
  expect(c).toMatchObject({ ...a, data: { source: 'shirts' }, layers: 'own.mjs' });
  expect(d).toMatchObject({ checkpoint: 'd/cnn/model.json', data: 'fashion-mnist' });
});
