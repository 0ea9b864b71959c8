import * as z from 'zod';
import { DataReference, Split } from './dataset';

/** The networks that ship. */
export const Architecture = z.enum(['fashion-cnn', 'lenet-300-100', 'lenet-5']);
export type Architecture = z.infer<typeof Architecture>;

const epochs = (fallback: number) =>
  z.number().int().min(1).max(10_000).default(fallback).describe('Passes over the training images.');
const batchSize = z
  .number()
  .int()
  .min(1)
  .max(10_000)
  .default(100)
  .describe('Images per optimiser step; the last partial batch is dropped.');
const learningRate = (fallback: number) =>
  z.number().positive().max(10).default(fallback).describe("Adam's learning rate, at the start.");

/** Adam's default learning rate for training from random weights. */
export const TRAIN_LEARNING_RATE = 0.001;
/** Higher than in training: at 90 % sparsity and 2 epochs, 0.001 gave back 0.3 point less on `fashion-cnn` (two seeds). */
export const FINETUNE_LEARNING_RATE = 0.003;

/** How the learning rate goes over the epochs of a step: `cosine` falls from its start to 0 along half a cosine (Loshchilov and Hutter 2017). */
export const LearningRateSchedule = z.enum(['constant', 'cosine']);
export type LearningRateSchedule = z.infer<typeof LearningRateSchedule>;
const schedule = LearningRateSchedule.default('cosine').describe(
  'The learning rate over the epochs: constant, or falling to 0 along half a cosine.',
);

/** Trains a network that ships from random weights with Adam. */
export const TrainStep = z.strictObject({
  step: z.literal('train'),
  architecture: Architecture,
  epochs: epochs(9),
  batchSize,
  learningRate: learningRate(TRAIN_LEARNING_RATE),
  schedule,
});
export type TrainStep = z.infer<typeof TrainStep>;

/**
 * How much to prune, in one of three ways. `threshold`: weights with |w| below it become 0.
 * `sparsity`: the smallest weights become 0 until this share of weights is 0.
 * `standardDeviations`: the threshold is this many standard deviations of the weights (Han et al. 2015).
 */
export const PruneAmount = z.union([
  z.strictObject({ threshold: z.number('must be a number, 0 or more').nonnegative('must be 0 or more') }),
  z.strictObject({
    sparsity: z.number('must be a number from 0 to 1').min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1'),
  }),
  z.strictObject({ standardDeviations: z.number('must be a number, 0 or more').nonnegative('must be 0 or more') }),
]);
export type PruneAmount = z.infer<typeof PruneAmount>;

/**
 * Magnitude pruning: kernel weights with the smallest absolute values become exactly 0.
 * With scope `global`, `amount` ranks the weights of all prunable kernels together and a sparsity counts all kernel
 * weights of the model, protected ones included; with `layer`, each layer by itself. `layers` overrides it by layer name;
 * without `amount` only the layers named there are pruned.
 */
export const PruneStep = z.strictObject({
  step: z.literal('prune'),
  score: z.literal('magnitude').default('magnitude').describe('Importance score by which weights are ranked.'),
  scope: z.enum(['global', 'layer']).default('global').describe('Rank all weights together, or each layer by itself.'),
  amount: PruneAmount.optional(),
  layers: z.record(z.string(), PruneAmount).optional().describe('Amounts for single layers, by layer name.'),
  allowEmptyLayers: z
    .boolean()
    .default(false)
    .describe('Allow a layer to lose all its weights; otherwise it keeps its largest.'),
});
export type PruneStep = z.infer<typeof PruneStep>;

/** Trains on with the mask held: weights that are 0 now stay 0. */
export const FinetuneStep = z.strictObject({
  step: z.literal('finetune'),
  epochs: epochs(2),
  batchSize,
  learningRate: learningRate(FINETUNE_LEARNING_RATE),
  schedule,
});
export type FinetuneStep = z.infer<typeof FinetuneStep>;

/** Measures loss and accuracy. */
export const EvaluateStep = z.strictObject({
  step: z.literal('evaluate'),
  split: Split.default('test'),
  samples: z.number().int().positive().optional().describe('Only the first so many images; all of them by default.'),
});
export type EvaluateStep = z.infer<typeof EvaluateStep>;

export const RecipeStep = z.discriminatedUnion('step', [TrainStep, PruneStep, FinetuneStep, EvaluateStep], {
  error: 'unknown step: use train, prune, finetune or evaluate',
});
export type RecipeStep = z.infer<typeof RecipeStep>;

/** The version of the recipe format that this program reads and writes. */
export const RECIPE_VERSION = 1;

/** A whole job as data: a checkpoint (unless the first step trains one), a dataset, and steps. */
export const Recipe = z.strictObject({
  $schema: z.string().optional(),
  recipeVersion: z.literal(RECIPE_VERSION, `must be ${RECIPE_VERSION}, the version this Secateur reads`),
  checkpoint: z
    .string()
    .min(1)
    .optional()
    .describe('A model.json or its folder, relative to the folder of this recipe.'),
  data: DataReference.optional(),
  seed: z.number().int().min(0).max(0x7fffffff).default(0).describe('Decides initial weights and shuffling.'),
  steps: z.array(RecipeStep).min(1),
});
export type Recipe = z.infer<typeof Recipe>;
/** A recipe as a person writes it, defaults left out. */
export type RecipeInput = z.input<typeof Recipe>;
