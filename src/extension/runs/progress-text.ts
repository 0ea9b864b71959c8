import { t } from '../../protocol/l10n';
import { studentWords } from '../../protocol/distillation';
import { epochWords } from '../../protocol/epoch';
import type { RunClock } from '../../protocol/measure';
import type { RunEvent } from '../../protocol/run';
import { duration, percent, timeLeft } from '../../protocol/format';

/** `34%, 2 min 5 s left`: short enough for the status bar. */
export function shortProgressText({ share, secondsLeft = Number.NaN }: RunClock): string {
  const left = timeLeft(secondsLeft);
  return left && share < 1 ? t('{0}, {1} left', percent(share, 0), left) : percent(share, 0);
}

/** A line for the log; undefined for events that come many times a second. */
export function logLine(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'step':
      return `step ${event.index + 1} of ${event.steps}: ${event.step}`;
    case 'epoch': {
      const { epoch, loss, seconds, sparsity } = event.record;
      return (
        `${event.student ? `${studentWords(event.student)}, ` : ''}epoch ${epoch} of ${event.epochs}: loss ${loss.toFixed(4)}, ${epochWords(event.record)}, ` +
        `${sparsity === undefined ? '' : `sparsity ${percent(sparsity)}, `}${duration(seconds)}`
      );
    }
    case 'mask':
      return `epoch ${event.epoch.toFixed(2)}: mask updated, sparsity ${percent(event.sparsity)}`;
    case 'message':
      return event.text;
    case 'result':
    case 'progress':
      return undefined;
  }
}
