import * as z from 'zod';

/** What pruning did, or would do, to one layer. */
export const PrunedLayer = z.object({
  name: z.string(),
  /** `protected`: never pruned, by its kind or by the step; `skipped`: nothing to prune, no amount, or the granularity does not fit. */
  state: z.enum(['pruned', 'protected', 'skipped']).optional(),
  /** Zeros over the layer's kernel weights afterwards; null without kernel weights. */
  sparsity: z.number().nullable(),
  /** Groups of weights with a score below it (|w| for magnitude) became 0; null where nothing was pruned, and for N:M. */
  threshold: z.number().nullable(),
  nonzero: z.number(),
  /** Why it was left alone, or only partly pruned. */
  reason: z.string().optional(),
  /** Where its kept weights were fitted anew: the squared error of its outputs over their variance, on the training images used, before and after that. */
  outputError: z.object({ before: z.number(), after: z.number() }).optional(),
  /** Tensors of it that are never pruned, such as its bias, each with the reason. */
  untouched: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
});
export type PrunedLayer = z.infer<typeof PrunedLayer>;
