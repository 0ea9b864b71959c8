import * as z from 'zod';

const ORIGIN = 'must be the number of an epoch, or the path of a checkpoint';

/**
 * Rewinding (Frankle and Carbin 2019, "The Lottery Ticket Hypothesis"; Frankle et al. 2020): the weights that pruning left
 * go back to earlier values, zeros of kernels stay 0.
 */
export const RewindStep = z.strictObject({
  step: z.literal('rewind'),
  to: z
    .union([z.number().int().min(0), z.string().min(1, ORIGIN)], { error: ORIGIN })
    .describe(
      "An epoch of this run's own train step, 0 for its random weights; or the path of a checkpoint with the same tensors.",
    ),
});
export type RewindStep = z.infer<typeof RewindStep>;
