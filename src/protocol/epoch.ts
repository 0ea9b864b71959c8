import * as z from 'zod';

/** One epoch of training or fine-tuning; accuracies 0 to 1. */
export const EpochRecord = z.object({
  epoch: z.number(),
  loss: z.number(),
  accuracy: z.number(),
  validationAccuracy: z.number(),
  testAccuracy: z.number(),
  seconds: z.number(),
  /** Of the last optimiser step. Absent in runs of earlier versions. */
  learningRate: z.number().optional(),
  /** Share of all kernel weights that is 0, where the step prunes or holds zeros. */
  sparsity: z.number().optional(),
});
export type EpochRecord = z.infer<typeof EpochRecord>;
