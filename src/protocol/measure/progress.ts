import * as z from 'zod';

/** How far a long task is. */
export const Progress = z.object({
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  /** Units a second. */
  rate: z.number(),
  secondsLeft: z.number(),
});
export type Progress = z.infer<typeof Progress>;
