import { execFileSync } from 'node:child_process';
import { rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runFigures } from '../../../src/extension/runs-view/figures';
import { readListedRun } from '../../../src/disk/read-run';
import { folderWith } from '../temporary';

const totals = { params: 10, nonzero: 5, kernelWeights: 10, sparsity: 0.5, macs: 1, bytes: 40, gzipBytes: 2300 };
/** As an earlier version wrote it. */
const result = {
  ...{ out: '/old/place/model.json', folder: '/old/place', steps: [], before: totals, after: totals, sampleData: true },
  accuracy: { before: 0.9, afterPrune: 0.8, afterFineTune: 0.89 },
};
const recipe = {
  recipeVersion: 1,
  checkpoint: '../cnn',
  seed: 0,
  steps: [{ step: 'prune', amount: { sparsity: 0.5 } }],
};

test('a finished run has its figures, and its checkpoint at the present place', async () => {
  const folder = await folderWith({ 'recipe.json': recipe, 'results.json': result, 'model.json': '{}' });
  const run = await readListedRun(folder, false);
  expect(run).toMatchObject({ state: 'finished', model: path.join(folder, 'model.json') });
  expect(run && runFigures(run)).toBe('50.0% sparse \u00b7 89.00% accuracy (sample) \u00b7 2.30 kB gzip');
});

test('a finished run without its checkpoint is damaged', async () => {
  const run = await readListedRun(await folderWith({ 'recipe.json': recipe, 'results.json': result }), false);
  expect(run).toMatchObject({ state: 'damaged', problem: 'Its checkpoint model.json is gone.' });
});

test('an unfinished run has its progress; one that is going on is running', async () => {
  const folder = await folderWith({
    'recipe.json': recipe,
    'state/state.json': { step: 0, training: { records: [1, 2] } },
  });
  const run = await readListedRun(folder, false);
  expect(run && runFigures(run)).toBe('unfinished: step 1 of 1, 2 epochs done');
  expect(await readListedRun(folder, true)).toMatchObject({ state: 'running' });
});

test('a file that was damaged by hand gives one sentence', async () => {
  const run = await readListedRun(await folderWith({ 'recipe.json': '{ "recipe', 'results.json': result }), false);
  expect(run?.state).toBe('damaged');
  expect(run?.problem).toMatch(/^The run in .* is damaged, because recipe\.json cannot be read: [^.]*\.$/);
});

test('a folder without a run is not listed', async () => {
  expect(await readListedRun(await folderWith({ 'journal.jsonl': '' }), false)).toBeUndefined();
});

test.skipIf(process.platform === 'win32')('links and pipes in a run folder count as missing', async () => {
  const elsewhere = await folderWith({
    'results.json': result,
    'state/state.json': { step: 0, training: { records: [1] } },
  });
  const folder = await folderWith({ 'recipe.json': recipe });
  await symlink(path.join(elsewhere, 'results.json'), path.join(folder, 'results.json'));
  await symlink(path.join(elsewhere, 'state'), path.join(folder, 'state'));
  execFileSync('mkfifo', [path.join(folder, 'journal.jsonl')]);
  const run = await readListedRun(folder, false);
  expect(run?.result).toBeUndefined();
  expect(run?.done).toBeUndefined();
  await rm(path.join(folder, 'results.json'));
  await rename(path.join(elsewhere, 'results.json'), path.join(folder, 'results.json'));
  expect((await readListedRun(folder, false))?.result).toBeDefined();
});
