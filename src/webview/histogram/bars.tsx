import { useMemo } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { compact, weight } from '../../protocol/format';
import type { Bins } from './bins';
import { barHeight, barsPath, countTicks, niceTicks, toPixel, type Axis } from '../ui/scale';

/** The height of the axis below the bars in pixels. */
export const AXIS = 36;

/** Room above the tallest bar, where the label of the threshold is. In pixels, as the height of the plot. */
export const roomAbove = (height: number): number => Math.min(28, Math.round(height / 8));

/** The counts of a histogram as bars. Bars from -threshold to threshold, which would become 0, have another colour. */
export function Bars({
  bins,
  axis,
  height,
  log,
  threshold,
  bin,
}: {
  bins: Bins;
  axis: Axis;
  height: number;
  log: boolean;
  threshold: number;
  /** The selected bin. */
  bin: number | null;
}) {
  const largest = Math.max(...bins.counts, 1);
  const room = roomAbove(height);
  const tallest = height - room;
  const bars = useMemo(() => barsPath(bins, axis, tallest, log, 1), [bins, axis.width, tallest, log]);
  const left = Math.max(0, toPixel(axis, -threshold));
  const right = Math.min(axis.width, toPixel(axis, threshold));
  const each = axis.width / Math.max(1, bins.counts.length);
  return (
    <svg class="bars" width={axis.width} height={height + AXIS} aria-hidden="true">
      {countTicks(largest, log).map((tick) => {
        const y = Math.round(height - barHeight(tick, largest, log) * tallest) + 0.5;
        return (
          <g key={tick}>
            <line class="grid-line" x1={0} x2={axis.width} y1={y} y2={y} />
            <text class="axis-text count-text" x={-6} y={y + 3} text-anchor="end">
              {compact(tick)}
            </text>
          </g>
        );
      })}
      <text class="axis-text axis-title" x={-40} y={10}>
        {log ? t('weights (log scale)') : t('weights')}
      </text>
      <text class="axis-text axis-title" x={axis.width} y={height + 31} text-anchor="end">
        {t('value of a weight')}
      </text>
      {threshold > 0 && right > left && (
        <>
          <rect class="pruned-area" x={left} y={0} width={right - left} height={height} />
          <clipPath id="pruned">
            <rect x={left} y={0} width={right - left} height={tallest} />
          </clipPath>
        </>
      )}
      <g transform={`translate(0, ${room})`}>
        <path class="bars-keep" d={bars} />
        {threshold > 0 && right > left && <path class="bars-pruned" d={bars} clip-path="url(#pruned)" />}
      </g>
      {bin !== null && <rect class="bin-in-hand" x={bin * each} y={0} width={each} height={height} />}
      <line class="base-line" x1={0} x2={axis.width} y1={height + 0.5} y2={height + 0.5} />
      {niceTicks(axis.from, axis.to, Math.max(2, Math.min(11, Math.floor(axis.width / 70)))).map((tick) => {
        const x = toPixel(axis, tick);
        const anchor = x < 20 ? 'start' : x > axis.width - 20 ? 'end' : 'middle';
        return (
          <g key={tick}>
            <line class="base-line" x1={x} x2={x} y1={height} y2={height + 4} />
            <text class="axis-text" x={x} y={height + 16} text-anchor={anchor}>
              {weight(tick)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
