import * as z from 'zod';
import type { RecipeStepInput } from './steps';
import type { Augment } from './steps/augment';

/** The loss of accuracy that is allowed for a small file. */
export const Allowance = z.enum(['little', 'some', 'much', 'most']);
export type Allowance = z.infer<typeof Allowance>;

/** One file on the way to the smallest. */
export interface SmallestStage {
  /** The smallest allowance with which it is made. */
  readonly allowance: Allowance;
  /** The name of its file, by its sparsity. */
  readonly name: string;
  /** Share of the kernel weights of the model at the start of the run that are merged or pruned, 0 to 1. */
  readonly sparsity: number;
  /** Values of a layer, with 0. */
  readonly clusters: number;
  /** Epochs and rate of the gradual pruning. */
  readonly prune: Training;
  /** Those of the training after clustering, which learns from the model at the start too. */
  readonly settle: Training;
}

interface Training {
  readonly epochs: number;
  readonly learningRate: number;
}

/**
 * Each stage starts from the one before. Fewer weights must change more, and their few values must be trained: see
 * docs/few-values.md.
 */
export const SMALLEST_STAGES: readonly SmallestStage[] = [
  {
    ...{ allowance: 'little', name: 'model-93.5', sparsity: 0.935, clusters: 16 },
    ...{ prune: { epochs: 8, learningRate: 0.003 }, settle: { epochs: 4, learningRate: 0.001 } },
  },
  {
    ...{ allowance: 'some', name: 'model-97.4', sparsity: 0.974, clusters: 14 },
    ...{ prune: { epochs: 8, learningRate: 0.003 }, settle: { epochs: 4, learningRate: 0.001 } },
  },
  {
    ...{ allowance: 'much', name: 'model-98.9', sparsity: 0.989, clusters: 14 },
    ...{ prune: { epochs: 8, learningRate: 0.003 }, settle: { epochs: 4, learningRate: 0.001 } },
  },
  {
    ...{ allowance: 'most', name: 'model-99.3', sparsity: 0.993, clusters: 10 },
    ...{ prune: { epochs: 4, learningRate: 0.004 }, settle: { epochs: 3, learningRate: 0.001 } },
  },
  {
    ...{ allowance: 'most', name: 'model-99.55', sparsity: 0.9955, clusters: 8 },
    ...{ prune: { epochs: 4, learningRate: 0.004 }, settle: { epochs: 3, learningRate: 0.001 } },
  },
];

/**
 * Images are moved by at most a pixel of 28 while weights are pruned, but not while few values are trained: see
 * docs/few-values.md.
 */
const SHIFT: Augment = { shift: 0.04 };

/**
 * Linear layers one after the other are multiplied first, because a product has no zeros of its factors. Normalization and
 * dropout stay for the training.
 */
const MERGE: RecipeStepInput = { step: 'merge', only: 'linear', ifNothing: 'go-on' };

/**
 * Makes the steps that lead to the smallest file: merging, and then stage by stage, with a packed file at the end of each,
 * gradual pruning and few values for each layer (Deep Compression, Han et al. 2016), which are trained on with the
 * answers of the model at the start.
 * @param images true where the training examples are images that can be moved
 */
export function smallestSteps(allowance: Allowance, images: boolean): RecipeStepInput[] {
  const most = Allowance.options.indexOf(allowance);
  const stages = SMALLEST_STAGES.filter((stage) => Allowance.options.indexOf(stage.allowance) <= most);
  return [MERGE, ...stages.flatMap((stage) => stepsOf(stage, images ? { augment: SHIFT } : {}))];
}

function stepsOf(
  { name, sparsity, clusters, prune, settle }: SmallestStage,
  changes: { augment?: Augment },
): RecipeStepInput[] {
  // Half of the epochs prune, the others recover.
  const schedule = { from: 0, to: prune.epochs / 2, frequency: 100 };
  const gradual = { score: 'lamp', sparsity, shareOf: 'start', ...schedule } as const;
  return [
    { step: 'finetune', ...prune, values: 'free', gradual, ...changes },
    { step: 'cluster', clusters },
    { step: 'finetune', ...settle, distill: {} },
    { step: 'pack', name, smallWeights: 6, history: 'drop' },
  ];
}
