import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inRoot } from '../../scripts/setup/paths';
import { writeTinyDataset } from '../unit/dataset/idx-files';

/** One recipe that both revisions run. */
export interface GoldenRecipe {
  readonly name: string;
  /** The recipe's file. */
  readonly file: string;
  /** True where a step trains, so that the run leaves weights to resume from before it ends. */
  readonly trains: boolean;
}

/** A step as a file says it: the recipe schema of one revision must not shape what another reads. */
interface Step {
  readonly step: string;
  readonly [option: string]: unknown;
}

/** Checkpoints of test/fixtures/keras, each trained on a little noise. */
const CHECKPOINTS = ['sequential', 'residual', 'residual-uint8', 'inverted', 'branches'];
const IMAGES = { train: 400, test: 100, size: 28, classes: 10 };
/** The format must not need the search for a normalization: 400 images do not decide one. */
const data = { source: 'data', normalization: '[-1,1]', validationImages: 100 };

const train = { step: 'train', batchSize: 50 };
const finetune = { step: 'finetune', epochs: 3, batchSize: 50, learningRate: 0.003 };
const evaluate = { step: 'evaluate' };
const prune = (score: string, sparsity: number, more: object = {}): Step => ({
  ...{ step: 'prune', score, amount: { sparsity } },
  ...more,
});
const remove = (score: string, channels: number, more: object = {}): Step => ({
  ...{ step: 'remove', score, amount: { channels } },
  ...more,
});

/**
 * Ten recipes: every step, every score, every way to say an amount, every schedule and both searches are in one of them.
 * Only format version 1 and options that all revisions know are used.
 */
const STEPS: Readonly<Record<string, { checkpoint?: string; steps: readonly Step[] }>> = {
  'rewind-to-epoch': {
    steps: [
      { ...train, architecture: 'lenet-300-100', epochs: 4, warmup: 0.5 },
      prune('magnitude', 0.6),
      { step: 'rewind', to: 1 },
      finetune,
      evaluate,
    ],
  },
  'gradual-while-training': {
    steps: [
      {
        ...{ ...train, architecture: 'lenet-5', epochs: 4, schedule: 'exponential' },
        gradual: { sparsity: 0.7, to: 2, score: 'movement', frequency: 2 },
      },
      evaluate,
    ],
  },
  'distill-a-pruned-network': {
    steps: [
      { ...train, architecture: 'fashion-cnn', epochs: 2, schedule: 'step', decayEvery: 1, patience: 2 },
      prune('wanda', 0.5, { samples: 50 }),
      { ...finetune, epochs: 2, schedule: 'constant', distill: { temperature: 3, alpha: 0.7 } },
      evaluate,
    ],
  },
  'scores-of-weights': {
    checkpoint: 'sequential',
    steps: [
      prune('magnitude', 0.2),
      prune('l2', 0.3, { granularity: 'kernel' }),
      prune('lamp', 0.5),
      prune('random', 0.6, { scope: 'layer', protect: ['dense_4'] }),
      { step: 'rewind', to: 'sequential' },
      finetune,
      evaluate,
    ],
  },
  'scores-from-images': {
    checkpoint: 'inverted',
    steps: [
      prune('taylor', 0.2, { samples: 100 }),
      prune('movement', 0.3, { samples: 100, granularity: '4x1' }),
      prune('wanda', 0.4, { samples: 100, scope: 'layer' }),
      prune('obc', 0.5, { samples: 100 }),
      finetune,
      evaluate,
    ],
  },
  'amounts-and-patterns': {
    checkpoint: 'residual-uint8',
    steps: [
      { step: 'prune', amount: { threshold: 0.05 } },
      { step: 'prune', amount: { standardDeviations: 0.4 }, scope: 'layer' },
      { step: 'prune', layers: { dense: { sparsity: 0.5 } } },
      { step: 'prune', granularity: '2:4' },
      evaluate,
    ],
  },
  'scores-of-channels': {
    checkpoint: 'residual',
    steps: [
      remove('magnitude', 0.15),
      remove('l2', 0.15, { scope: 'layer' }),
      remove('fpgm', 0.15),
      remove('bn-scale', 0.15),
      remove('taylor', 0.15, { samples: 100 }),
      remove('random', 0.15),
      { step: 'recalibrate', samples: 200, batchSize: 50 },
      finetune,
      evaluate,
    ],
  },
  'amounts-of-channels': {
    checkpoint: 'branches',
    steps: [
      prune('magnitude', 0.2, { granularity: 'filter', allowEmptyLayers: false }),
      { step: 'remove', amount: { zeros: true } },
      { step: 'remove', amount: { macs: 0.2 } },
      { step: 'remove', amount: { params: 0.2 }, multipleOf: 2 },
      { step: 'remove', layers: { conv1d: 0.25 } },
      finetune,
      evaluate,
    ],
  },
  'target-by-pruning': {
    checkpoint: 'sequential',
    steps: [
      { step: 'target', goal: { params: 4000 }, samples: 60, writePlans: true },
      { ...finetune, gradual: { sparsity: 0.9, granularity: 'element', scope: 'layer', regrow: true } },
      evaluate,
    ],
  },
  'target-by-removal': {
    checkpoint: 'inverted',
    steps: [
      { step: 'target', goal: { macs: 100_000 }, by: 'remove', search: 'greedy', score: 'l2', samples: 30 },
      { ...finetune, epochs: 2 },
      { ...evaluate, split: 'validation', samples: 50 },
    ],
  },
};

/** Writes the recipes, their checkpoints and their dataset below a folder. */
export async function writeRecipes(folder: string, seed = 7): Promise<readonly GoldenRecipe[]> {
  await mkdir(folder, { recursive: true });
  await writeTinyDataset(path.join(folder, 'data'), IMAGES);
  for (const name of CHECKPOINTS) await copyCheckpoint(name, folder);
  const recipes = Object.entries(STEPS).map(async ([name, { checkpoint, steps }]) => {
    const file = path.join(folder, `${name}.recipe.json`);
    await writeFile(file, JSON.stringify({ recipeVersion: 1, checkpoint, data, seed, steps }, null, 2));
    return { name, file, trains: steps.some(({ step }) => step === 'train' || step === 'finetune') };
  });
  return Promise.all(recipes);
}

/** Copies a checkpoint of the fixtures. Its dropout is switched off: older revisions do not seed what it draws. */
async function copyCheckpoint(name: string, folder: string): Promise<void> {
  await cp(inRoot('test', 'fixtures', 'keras', name), path.join(folder, name), { recursive: true });
  const file = path.join(folder, name, 'model.json');
  const model = await readFile(file, 'utf8');
  await writeFile(file, model.replaceAll(/"rate": ?[\d.]+/g, '"rate": 0'));
}
