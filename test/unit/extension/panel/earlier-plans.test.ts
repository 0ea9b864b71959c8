import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readRunOf } from '../../../../src/disk/read-run';
import { earlierPlans, takenPlan } from '../../../../src/extension/panel/earlier-plans';
import { folderWith } from '../../temporary';

const totals = { params: 10, nonzero: 5, kernelWeights: 10, sparsity: 0.5, macs: 1, bytes: 40, gzipBytes: 2300 };
const figures = { bytes: 1, gzipBytes: 1, params: 1, nonzero: 1, macs: 1, nonzeroMacs: 1, sparsity: 0.5, meets: true };
const plan = (sparsity: number) => ({
  ...{ step: { step: 'prune', scope: 'layer', layers: { conv2d: { sparsity } } } },
  ...{ predictedLoss: 1, accuracy: 0.9, loss: 1, ...figures },
});
const curve = {
  ...{ goal: { accuracy: 0.9 }, samples: 100, sampleData: true, chosen: 1 },
  ...{ baseline: { accuracy: 0.9, loss: 1, gzipBytes: 5 }, points: [plan(0.2), plan(0.7)] },
};
const target = { step: 'target', goal: { accuracy: 0.9 } };
const finetune = { step: 'finetune', epochs: 1, distill: { teacher: '../../teacher' } };
const applied = { step: 'prune', layers: [], accuracy: 0.9 };

/** runs/reached, a run of a target step on `cnn`, beside the folder of the runs. */
async function workspace(steps: readonly unknown[] = [target, finetune]): Promise<{ root: string; model: string }> {
  const root = await folderWith({
    'cnn/model.json': '{}',
    'runs/reached/model.json': '{}',
    'runs/reached/recipe.json': { recipeVersion: 1, checkpoint: '../../cnn', seed: 0, steps },
    'runs/reached/results.json': {
      ...{ out: '/old/reached/model.json', folder: '/old/reached', before: totals, after: totals, sampleData: true },
      accuracy: { before: 0.9, afterPrune: 0.8, afterFineTune: 0.89 },
      steps: [{ step: 'target', curve, applied, accuracy: 0.9 }],
    },
  });
  return { root, model: path.join(root, 'runs', 'reached', 'model.json') };
}

const plansOf = async (model: string) => {
  const run = await readRunOf(model);
  return run && earlierPlans(run);
};

test('finds the plans of a run beside its checkpoint, with the checkpoint at its start', async () => {
  const { model } = await workspace();
  expect(await plansOf(model)).toMatchObject({ start: 'cnn', curve: { chosen: 1, points: [{}, {}] } });
});

test('a chosen plan replaces the target, and paths start from the first checkpoint', async () => {
  const { root, model } = await workspace();
  const { start, steps } = await takenPlan(model, 0);
  expect(start).toBe(path.join(root, 'cnn', 'model.json'));
  expect(steps).toMatchObject([
    { step: 'prune', layers: { conv2d: { sparsity: 0.2 } } },
    { step: 'finetune', distill: { teacher: '../teacher' } },
  ]);
});

test('without the checkpoint at its start no plan can be chosen', async () => {
  const { root, model } = await workspace();
  await rename(path.join(root, 'cnn'), path.join(root, 'elsewhere'));
  expect(await plansOf(model)).toMatchObject({ start: null });
  await expect(takenPlan(model, 0)).rejects.toThrow(/start of .* is gone/);
});

test('a checkpoint that no target step wrote has no plans', async () => {
  const { root, model } = await workspace([finetune]);
  expect(await plansOf(model)).toBeUndefined();
  await expect(takenPlan(model, 0)).rejects.toThrow(/plans of reached are gone/);
  const epoch = path.join(root, 'runs', 'reached', 'epochs', 'epoch-01');
  await mkdir(epoch, { recursive: true });
  await writeFile(path.join(epoch, 'model.json'), '{}');
  expect(await plansOf(path.join(epoch, 'model.json'))).toBeUndefined();
});

test('a place outside of the curve gives one sentence', async () => {
  const { model } = await workspace();
  await expect(takenPlan(model, 7)).rejects.toThrow(/are gone: its results were changed/);
});
