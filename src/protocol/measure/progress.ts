import * as z from 'zod';
import { percent, progressParts } from '../format';
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

/** The progress of a whole run: the share of its time that is over, which never falls, and the seconds left if known. */
export const RunClock = z.object({ share: z.number().min(0).max(1), secondsLeft: z.number().optional() });
export type RunClock = z.infer<typeof RunClock>;

/** The parts of a progress: with the clock of a whole run, its share comes first, and the time left is the run's. */
export const clockedParts = (progress: Progress, clock: RunClock | null | undefined): string[] =>
  clock
    ? [percent(clock.share, 0), ...progressParts(progress, clock.secondsLeft ?? Number.NaN)]
    : progressParts(progress);

/** `evaluating: 4,000 of 10,000 examples, 2,500 examples/s, 3 s left`. */
export const progressText = (progress: Progress, clock?: RunClock): string =>
  t('{0}: {1}', translated(progress.stage), clockedParts(progress, clock).join(t(', ')));
