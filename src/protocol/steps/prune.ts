import * as z from 'zod';

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
