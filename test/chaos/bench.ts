import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeTinyDataset } from '../unit/dataset/idx-files';
import { SHARD, tinyModel, tinyWeights, writeRaw } from '../fixtures/tiny-model';

/** Numbers of the hidden layer, so that channels can be removed. */
const HIDDEN = 16;
const INPUTS = 36;
const CLASSES = 3;

const finetune = { step: 'finetune', epochs: 3, batchSize: 20, learningRate: 0.01 };
const lenet = { step: 'train', architecture: 'lenet-300-100', epochs: 2, batchSize: 100 };

/** Recipes of every kind of step that leaves something to go on with. */
const RECIPES: Readonly<Record<string, object>> = {
  prune: { checkpoint: 'net', data: 'small', steps: [{ step: 'prune', amount: { sparsity: 0.7 } }, finetune] },
  gradual: { checkpoint: 'net', data: 'small', steps: [{ ...finetune, gradual: { sparsity: 0.8, to: 2 } }] },
  remove: { checkpoint: 'net', data: 'small', steps: [{ step: 'remove', amount: { channels: 0.5 } }, finetune] },
  target: {
    checkpoint: 'net',
    data: 'small',
    steps: [
      { step: 'target', goal: { params: 400 }, samples: 20 },
      { ...finetune, epochs: 2 },
    ],
  },
  train: { data: 'large', steps: [lenet, { step: 'prune', amount: { sparsity: 0.6 } }, { ...finetune, epochs: 2 }] },
};

/** Writes a network, two small datasets and the recipes below a folder; answers with the recipes' files by name. */
export async function writeBench(folder: string): Promise<ReadonlyMap<string, string>> {
  await writeTinyDataset(path.join(folder, 'small'), { train: 240, test: 60, size: 6, classes: CLASSES });
  await writeTinyDataset(path.join(folder, 'large'), { train: 300, test: 60, size: 28, classes: CLASSES });
  const model = tinyModel();
  const [flatten, logits] = model.modelTopology.config.layers;
  const hidden = {
    class_name: 'Dense',
    config: { name: 'hidden', units: HIDDEN, activation: 'relu', use_bias: true },
  };
  model.modelTopology.config.layers = [flatten!, hidden, logits!];
  const shapes = {
    'hidden/kernel': [INPUTS, HIDDEN],
    'hidden/bias': [HIDDEN],
    'logits/kernel': [HIDDEN, CLASSES],
    'logits/bias': [CLASSES],
  };
  const weights = Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  model.weightsManifest = [{ paths: [SHARD], weights }];
  const count = INPUTS * HIDDEN + HIDDEN + HIDDEN * CLASSES + CLASSES;
  await writeRaw(path.join(folder, 'net'), model, tinyWeights(count));
  await writeFile(path.join(folder, 'net', 'labels.txt'), 'a\nb\nc\n');
  const files = new Map<string, string>();
  for (const [name, recipe] of Object.entries(RECIPES)) {
    const file = path.join(folder, `${name}.recipe.json`);
    await writeFile(file, JSON.stringify({ recipeVersion: 1, ...recipe }));
    files.set(name, file);
  }
  return files;
}
