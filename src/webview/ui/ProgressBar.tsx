import type { Progress } from '../../protocol/measure';
import { count, duration, rate } from '../logic/format';

/** How far a task is; without figures the bar tells only that it goes on. */
export function ProgressBar({
  progress,
  stage,
  testId,
}: {
  progress: Progress | null;
  stage: string;
  testId?: string;
}) {
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  return (
    <div class="progress" data-testid={testId}>
      <div class="progress-words">
        <span>{stage}</span>
        {progress && (
          <span class="quiet figures">
            {[
              `${count(progress.done)} of ${count(progress.total)} ${progress.unit}`,
              progress.rate > 0 ? rate(progress.rate, progress.unit) : '',
              progress.rate > 0 ? `${duration(progress.secondsLeft)} left` : '',
            ]
              .filter(Boolean)
              .join(' \u00b7 ')}
          </span>
        )}
      </div>
      <div
        class="progress-track"
        role="progressbar"
        aria-label={stage}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      >
        <div class={share === null ? 'progress-fill unknown' : 'progress-fill'} style={{ '--share': share ?? 0.25 }} />
      </div>
    </div>
  );
}
