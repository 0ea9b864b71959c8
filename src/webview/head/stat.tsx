import type { ComponentChildren } from 'preact';
import { t } from '../../protocol/l10n';

/** The planned value of a figure. */
export interface StatPreview {
  text: string;
  /** The difference from the current value, in the figure's own unit. */
  difference: string;
  /** The raw number, for `data-value`. */
  value: number;
  /** True while the exact figure is being computed. */
  stale: boolean;
  /** True if the shown figure is a good estimate until then, so it is not dimmed. */
  near?: boolean;
  /** True if much would be lost: the difference has the color of a warning. */
  severe?: boolean;
}

/** One figure of the model: its current value, and below it the planned one, or else a note. */
export function Stat({
  label,
  now,
  value,
  preview,
  note,
  action,
  title,
  id,
}: {
  label: string;
  now: string;
  value: number | null;
  preview: StatPreview | null;
  /** Shown while nothing is planned. */
  note?: ComponentChildren;
  /** A small button behind the label. */
  action?: ComponentChildren;
  title?: string | undefined;
  /** The last part of the test ids `total-…` and `preview-…`. */
  id: string;
}) {
  return (
    <div class="stat" title={title}>
      <dt>
        {label}
        {action}
      </dt>
      <dd>
        <span class="stat-now figures" data-testid={`total-${id}`} data-value={value ?? undefined}>
          {now}
        </span>
        {preview ? (
          <span
            class={preview.stale && preview.near !== true ? 'stat-after figures stale' : 'stat-after figures'}
            data-testid={`preview-${id}`}
            data-value={preview.value}
            data-stale={preview.stale}
            aria-busy={preview.stale}
          >
            <span class="unseen">{t('would become')} </span>
            <span class="stat-arrow" aria-hidden="true">
              {'\u2192'}
            </span>{' '}
            {preview.text}{' '}
            <span class={preview.severe === true ? 'stat-difference severe' : 'stat-difference'}>
              {preview.difference}
            </span>
          </span>
        ) : (
          <span class="stat-note quiet">{note}</span>
        )}
      </dd>
    </div>
  );
}
