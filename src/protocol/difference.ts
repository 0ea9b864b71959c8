import * as z from 'zod';

/**
 * The largest difference between the outputs of the smaller model and of the one in which the removed channels are masked,
 * |a - b| / max(1, |a|), on validation images, or on random ones where there is no data.
 */
export const OutputDifference = z.object({
  largest: z.number(),
  samples: z.number(),
  on: z.enum(['validation', 'noise']),
});
export type OutputDifference = z.infer<typeof OutputDifference>;
