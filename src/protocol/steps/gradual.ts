import * as z from 'zod';
import { LayerPatterns } from '../patterns';
import { calibrationSamples, Granularity, ImportanceScoreName, scope } from './prune';

/**
 * Gradual pruning while training (Zhu and Gupta 2017, "To prune, or not to prune"): sparsity rises from the model's own
 * along s = sf + (si - sf)(1 - p)^3, with p from 0 to 1 between the epochs `from` and `to`. Every `frequency` optimizer steps
 * the mask is updated: the current weights are ranked as a prune step ranks them. Between two updates the mask is held.
 * With scope `global` a sparsity counts all kernel weights of the model, with scope `layer` those of each layer.
 */
export const Gradual = z.strictObject({
  sparsity: z
    .number('must be a number from 0 to 1')
    .min(0, 'must be from 0 to 1')
    .max(1, 'must be from 0 to 1')
    .describe('Share of the kernel weights that are 0 at the end of the schedule.')
    .meta({ share: true, start: 0.9 }),
  shareOf: z
    .enum(['model', 'start'])
    .optional()
    .describe(
      'The model whose kernel weights the sparsity counts: the one that the step prunes (default), or the one at the start of the run, so that weights which a step before took out count as zeros.',
    )
    .meta({
      label: 'Counted over',
      group: 'advanced',
      labels: { model: 'The model of this step', start: 'The model at the start of the run' },
    }),
  score: ImportanceScoreName.default('magnitude').describe('Importance score that ranks weights.'),
  samples: calibrationSamples,
  scope,
  granularity: Granularity.optional().describe(
    'Unit that is pruned together: element (default), kernel, filter, or a block such as 4x4.',
  ),
  protect: LayerPatterns.optional()
    .describe('Layers to leave alone, by name; * stands for any characters.')
    .meta({ label: 'Protected layers', group: 'advanced' }),
  from: z
    .number()
    .nonnegative()
    .default(0)
    .describe('Epoch, fractions allowed, at which sparsity starts to rise.')
    .meta({ unit: 'epochs' }),
  to: z
    .number()
    .nonnegative()
    .optional()
    .describe('Epoch, fractions allowed, at which full sparsity is reached; by default half of all epochs, rounded up.')
    .meta({ unit: 'epochs' }),
  frequency: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Optimizer steps between two updates of the mask; the default gives 40 updates.')
    .meta({ unit: 'steps' }),
  regrow: z
    .boolean()
    .default(false)
    .describe('Keep gradients for pruned weights, so that a later update may bring them back.')
    .meta({ label: 'Let pruned weights grow again' }),
});
export type Gradual = z.infer<typeof Gradual>;
