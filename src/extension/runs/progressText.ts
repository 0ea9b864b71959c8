import type { Progress } from '../../protocol/measure';
import type { RunEvent } from '../../protocol/run';
import { count, duration, percent } from '../ui/format';

/** Share of a task that is done, 0 to 1. */
export function share({ done, total }: Progress): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
}

/** `evaluate: 4,000 of 10,000 images, 2,500 a second, 3 s left`. */
export function progressText({ stage, done, total, unit, rate, secondsLeft }: Progress): string {
  const parts = [`${stage}: ${count(Math.round(done))} of ${count(Math.round(total))} ${unit}`];
  if (rate > 0) parts.push(`${rateText(rate)} a second`);
  const left = duration(secondsLeft);
  if (left && done < total) parts.push(`${left} left`);
  return parts.join(', ');
}

/** `34%, 2 min 5 s left`: what fits into the status bar. */
export function shortProgressText(progress: Progress): string {
  const left = duration(progress.secondsLeft);
  return left && progress.done < progress.total
    ? `${percent(share(progress), 0)}, ${left} left`
    : percent(share(progress), 0);
}

/** A line for the log, or nothing for what comes many times a second. */
export function logLine(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'step':
      return `step ${event.index + 1} of ${event.steps}: ${event.step}`;
    case 'epoch': {
      const { epoch, loss, accuracy, validationAccuracy, testAccuracy, seconds } = event.record;
      return (
        `epoch ${epoch} of ${event.epochs}: loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)} training, ` +
        `${percent(validationAccuracy)} validation, ${percent(testAccuracy)} test, ${seconds.toFixed(1)} s`
      );
    }
    case 'message':
      return event.text;
    case 'result':
    case 'progress':
      return undefined;
  }
}

/**
 * Turns the progress of a run with several steps into increments of one bar of 100.
 * Each step gets an equal part: how long they take is not known before.
 */
export class RunBar {
  private index = 0;
  private steps = 1;
  private shown = 0;

  /** What to add to the bar after this event; never negative. */
  increment(event: RunEvent): number {
    if (event.kind === 'step') {
      this.index = event.index;
      this.steps = Math.max(1, event.steps);
    }
    const part = event.kind === 'progress' ? share(event.progress) : event.kind === 'result' ? 1 : 0;
    const now = ((this.index + part) / this.steps) * 100;
    const added = Math.max(0, now - this.shown);
    this.shown += added;
    return added;
  }
}

function rateText(rate: number): string {
  return rate >= 10 ? count(Math.round(rate)) : String(Number(rate.toPrecision(2)));
}
