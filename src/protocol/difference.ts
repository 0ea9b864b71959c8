import * as z from 'zod';

/**
 * The largest difference between the outputs of the smaller model and the outputs of the model with the removed channels
 * masked. It is measured on validation examples, or on random ones without data.
 */
export const OutputDifference = z.object({
  /**
   * The difference is a share of the `spread`: the standard deviation of each output number over the examples, before any
   * final activation. Earlier versions wrote no `relativeTo`; their value is |a - b| / max(1, |a|).
   */
  largest: z.number(),
  relativeTo: z.literal('spread').optional(),
  samples: z.number(),
  on: z.enum(['validation', 'noise']),
});
export type OutputDifference = z.infer<typeof OutputDifference>;
