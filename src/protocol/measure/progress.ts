import * as z from 'zod';

/** The progress of a long task. */
export const Progress = z.object({
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  /** Units per second. */
  rate: z.number(),
  secondsLeft: z.number(),
});
export type Progress = z.infer<typeof Progress>;
