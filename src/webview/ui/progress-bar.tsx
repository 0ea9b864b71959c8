import { translated } from '../../protocol/l10n';
import { clockedParts, type Progress, type RunClock } from '../../protocol/measure';

/** The progress of a task; without figures the bar only moves. With `clock`, bar and time are those of the whole run. */
export function ProgressBar({
  progress,
  stage,
  clock,
  testId,
}: {
  progress: Progress | null;
  clock?: RunClock | null;
  stage: string;
  testId?: string;
}) {
  const part = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  const share = clock ? clock.share : part;
  return (
    <div class="progress" data-testid={testId}>
      <div class="progress-words">
        <span>{translated(stage)}</span>
        {progress && <span class="quiet figures">{clockedParts(progress, clock).join(' \u00b7 ')}</span>}
      </div>
      <div
        class="progress-track"
        role="progressbar"
        aria-label={translated(stage)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      >
        <div class={share === null ? 'progress-fill unknown' : 'progress-fill'} style={{ '--share': share ?? 0.25 }} />
      </div>
    </div>
  );
}
