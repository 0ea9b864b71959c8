import * as z from 'zod';
import { LayerPatterns } from '../patterns';

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

/** Importance scores; each is described where it is computed. Those from `taylor` on are computed from training images. */
export const ImportanceScoreName = z.enum(['magnitude', 'l2', 'lamp', 'random', 'taylor', 'movement', 'wanda', 'obc']);

/** Training images from which a score is computed. */
export const CALIBRATION_SAMPLES = 1000;
export const calibrationSamples = z
  .number()
  .int()
  .min(1)
  .max(1_000_000)
  .default(CALIBRATION_SAMPLES)
  .describe('Training images from which taylor, movement, wanda and obc are computed; other scores need none.');

/**
 * What is kept or cut as one: `element`, a single weight; `4x2`, a block of input by output channels at one place of the
 * window, smaller at the edges; `2:4` (N:M), of M neighbouring input channels the N best weights stay; `kernel`, the window
 * from one input channel to one output channel; `filter`, all weights that lead to one output channel or neuron.
 */
export const Granularity = z.union(
  [
    z.enum(['element', 'kernel', 'filter']),
    z.string().regex(/^[1-9]\d{0,3}x[1-9]\d{0,3}$/),
    z.string().regex(/^[1-9]\d{0,3}:[1-9]\d{0,3}$/),
  ],
  { error: 'must be element, kernel, filter, a block such as 4x4, or N:M such as 2:4' },
);
export type Granularity = z.infer<typeof Granularity>;

/**
 * Pruning: kernel weights with the smallest importance scores become exactly 0.
 * With scope `global`, `amount` ranks the weights of all prunable kernels together and a sparsity counts all kernel
 * weights of the model, protected ones included; with `layer`, each layer by itself. `layers` overrides it by layer name;
 * without `amount` only the layers named there are pruned. N:M says itself how much to prune, so neither is given with it.
 */
export const PruneStep = z.strictObject({
  step: z.literal('prune'),
  score: ImportanceScoreName.default('magnitude').describe('Importance score by which weights are ranked.'),
  samples: calibrationSamples,
  scope: z.enum(['global', 'layer']).default('global').describe('Rank all weights together, or each layer by itself.'),
  amount: PruneAmount.optional(),
  layers: z.record(z.string(), PruneAmount).optional().describe('Amounts for single layers, by layer name.'),
  granularity: Granularity.optional().describe(
    'What is cut as one: element (default), kernel, filter, a block such as 4x4, or N:M such as 2:4.',
  ),
  protect: LayerPatterns.optional().describe('Layers that are left alone, by name; * stands for any characters.'),
  allowEmptyLayers: z
    .boolean()
    .default(false)
    .describe('Allow a layer to lose all its weights; otherwise it keeps its largest.'),
});
export type PruneStep = z.infer<typeof PruneStep>;
