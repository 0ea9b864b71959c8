import * as z from 'zod';
import { progressParts } from '../format';
import { t, translated } from '../l10n';

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

/** The finished share of a task, 0 to 1. */
export function share({ done, total }: Progress): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
}

/** `evaluating: 4,000 of 10,000 examples, 2,500 examples/s, 3 s left`. */
export const progressText = (progress: Progress): string =>
  t('{0}: {1}', translated(progress.stage), progressParts(progress).join(t(', ')));
