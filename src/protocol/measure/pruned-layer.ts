import * as z from 'zod';

/** The effect of pruning on one layer, done or planned. */
export const PrunedLayer = z.object({
  name: z.string(),
  /** `protected`: never pruned, because of its kind or the step; `skipped`: nothing to prune, no amount, or a granularity that does not fit. */
  state: z.enum(['pruned', 'protected', 'skipped']).optional(),
  /** Zeros over the layer's kernel weights after pruning; null without kernel weights. */
  sparsity: z.number().nullable(),
  /** Weights with a smaller score became 0 (the score is |w| for magnitude); null if nothing was pruned, and for N:M. */
  threshold: z.number().nullable(),
  nonzero: z.number(),
  /** The reason why it was left alone or pruned only in part. */
  reason: z.string().optional(),
  /**
   * Root of the mean squared error of its outputs on training examples, as a share of their standard deviation: before and
   * after its kept weights were reconstructed.
   */
  outputError: z.object({ before: z.number(), after: z.number() }).optional(),
  /** Its tensors that are never pruned, such as its bias, each with the reason. */
  untouched: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
});
export type PrunedLayer = z.infer<typeof PrunedLayer>;
