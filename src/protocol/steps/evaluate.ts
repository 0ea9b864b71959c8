import * as z from 'zod';
import { Split } from '../dataset';

/** Measures loss and accuracy. */
export const EvaluateStep = z.strictObject({
  step: z.literal('evaluate'),
  split: Split.default('test'),
  samples: z.number().int().positive().optional().describe('Only the first so many images; all of them by default.'),
});
export type EvaluateStep = z.infer<typeof EvaluateStep>;
