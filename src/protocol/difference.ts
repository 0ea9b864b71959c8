import * as z from 'zod';

/**
 * The largest difference between the outputs of the smaller model and of the one in which the removed channels are masked,
 * on validation images, or on random ones where there is no data.
 */
export const OutputDifference = z.object({
  /**
   * A share of the `spread`: of the standard deviation that each number of each output has over the examples, before any
   * activation at the end of the model. Without `relativeTo`, as earlier versions wrote it, |a - b| / max(1, |a|) of the outputs.
   */
  largest: z.number(),
  relativeTo: z.literal('spread').optional(),
  samples: z.number(),
  on: z.enum(['validation', 'noise']),
});
export type OutputDifference = z.infer<typeof OutputDifference>;
