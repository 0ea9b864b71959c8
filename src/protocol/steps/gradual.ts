import * as z from 'zod';
import { LayerPatterns } from '../patterns';
import { calibrationSamples, Granularity, ImportanceScoreName, scope } from './prune';

/**
 * Gradual pruning while training (Zhu and Gupta 2017, "To prune, or not to prune"): sparsity rises from the model's own
 * along s = sf + (si - sf)(1 - p)^3, p from 0 to 1 between the epochs `from` and `to`. Every `frequency` optimiser steps
 * the mask is found anew from the weights of that moment, ranked as a prune step ranks them; between two updates it is held.
 * A sparsity counts all kernel weights of the model with scope `global`, those of each layer with scope `layer`.
 */
export const Gradual = z.strictObject({
  sparsity: z
    .number('must be a number from 0 to 1')
    .min(0, 'must be from 0 to 1')
    .max(1, 'must be from 0 to 1')
    .describe('Share of the kernel weights that is 0 at the end of the schedule.')
    .meta({ start: 0.9 }),
  score: ImportanceScoreName.default('magnitude').describe('Importance score by which weights are ranked.'),
  samples: calibrationSamples,
  scope,
  granularity: Granularity.optional().describe(
    'What is cut as one: element (default), kernel, filter, or a block such as 4x4.',
  ),
  protect: LayerPatterns.optional()
    .describe('Layers that are left alone, by name; * stands for any characters.')
    .meta({ label: 'Protected layers', group: 'advanced' }),
  from: z
    .number()
    .nonnegative()
    .default(0)
    .describe('Epochs, fractions allowed, after which sparsity begins to rise.')
    .meta({ unit: 'epochs' }),
  to: z
    .number()
    .nonnegative()
    .optional()
    .describe('Epochs, fractions allowed, after which full sparsity is reached; by default half of them, rounded up.')
    .meta({ unit: 'epochs' }),
  frequency: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Optimiser steps between two updates of the mask; by default so many that there are 40 updates.')
    .meta({ unit: 'steps' }),
  regrow: z
    .boolean()
    .default(false)
    .describe('Cut weights go on receiving gradients unseen, so that a later update may bring them back.')
    .meta({ label: 'Let cut weights grow again' }),
});
export type Gradual = z.infer<typeof Gradual>;
