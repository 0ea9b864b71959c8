import * as z from 'zod';
import { percent } from './format';

/** One epoch of training or fine-tuning; accuracies 0 to 1. */
export const EpochRecord = z.object({
  epoch: z.number(),
  loss: z.number(),
  accuracy: z.number(),
  validationAccuracy: z.number(),
  /** Absent where the data has no test split. */
  testAccuracy: z.number().optional(),
  seconds: z.number(),
  /** The value at the last optimizer step. Absent in runs of earlier versions. */
  learningRate: z.number().optional(),
  /** The share of zeros over all kernel weights, if the step prunes or holds zeros. */
  sparsity: z.number().optional(),
});
export type EpochRecord = z.infer<typeof EpochRecord>;

/** The accuracy that an epoch reports: on the test split, or on the validation split where there is none. */
export const reportedAccuracy = ({ testAccuracy, validationAccuracy }: EpochRecord): number =>
  testAccuracy ?? validationAccuracy;

/** `91.20 % validation, 90.87 % test` */
export const accuracyWords = ({ validationAccuracy, testAccuracy }: EpochRecord): string =>
  `${percent(validationAccuracy)} validation${testAccuracy === undefined ? '' : `, ${percent(testAccuracy)} test`}`;
