import * as z from 'zod';

/** Measures the moving means and variances of batch normalisation anew, on training images; nothing else changes. */
export const RecalibrateStep = z.strictObject({
  step: z.literal('recalibrate'),
  samples: z
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .default(1000)
    .describe('Training images on which the statistics are measured.'),
  batchSize: z
    .number()
    .int()
    .min(2)
    .max(10_000)
    .default(100)
    .describe('Images that are normalised together while they are measured.'),
});
export type RecalibrateStep = z.infer<typeof RecalibrateStep>;
