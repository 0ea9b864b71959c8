import type { MetricName, MetricValue } from '../../protocol/metric';
import type { RunCurve } from '../../protocol/runs-page';
import { styleOf } from '../chart/marks';
import type { Point, Series } from '../chart/series';

/** A figure whose course is drawn. */
export const CURVED = ['validation', 'test', 'loss'] as const;
export type Curved = (typeof CURVED)[number];

/** The most points of a line that each have a mark. */
const MOST_MARKS = 60;

/** The course of one run. */
export interface Line {
  readonly name: string;
  readonly curve: RunCurve;
}

const valueIn = (point: RunCurve[number], of: Curved): MetricValue | undefined =>
  of === 'loss' ? { name: 'loss', value: point.loss, better: 'lower' } : point[of];

/** The metric that most lines have: one axis has one metric. */
export function metricOfLines(lines: readonly Line[], of: Curved): MetricName | null {
  const counts = new Map<MetricName, number>();
  for (const { curve } of lines) {
    const [first] = curve;
    const metric = first && valueIn(first, of);
    if (metric) counts.set(metric.name, (counts.get(metric.name) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/**
 * An exponential mean over epochs, without the pull of its start towards 0.
 * @param smoothing share of the values before, from 0 (none) to below 1
 */
export function smooth(values: readonly (number | null)[], smoothing: number): (number | null)[] {
  let [mean, weight] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    mean = smoothing * mean + (1 - smoothing) * value;
    weight = smoothing * weight + (1 - smoothing);
    return mean / weight;
  });
}

/** The values of each line by epoch, from 1; null where a line has none. Lines of another metric have none at all. */
export function columnsOfLines(lines: readonly Line[], of: Curved, metric: MetricName): (number | null)[][] {
  const most = Math.max(0, ...lines.map(({ curve }) => curve.at(-1)?.epoch ?? 0));
  const epochs = Array.from({ length: most }, (_, i) => i + 1);
  return lines.map(({ curve }) => {
    const values = new Map(
      curve.flatMap((point) => {
        const its = valueIn(point, of);
        return its?.name === metric ? [[point.epoch, its.value] as const] : [];
      }),
    );
    return epochs.map((epoch) => values.get(epoch) ?? null);
  });
}

/** The course of a figure of one run as it is drawn. */
export interface CurveSeries extends Series {
  /** The last value as it was measured, whatever is smoothed. */
  readonly last: number;
}

/** The points of a column that has values; epochs start at 1. */
const pointsOf = (column: readonly (number | null)[]): Point[] =>
  column.flatMap((y, i) => (y === null ? [] : [{ x: i + 1, y }]));

/** A line for each run that has the metric, with the line as it was measured behind a smoothed one. */
export function seriesOfLines(
  lines: readonly Line[],
  of: Curved,
  metric: MetricName,
  smoothing: number,
): CurveSeries[] {
  const columns = columnsOfLines(lines, of, metric);
  const series = (isFaint: boolean): CurveSeries[] =>
    lines.flatMap(({ name }, index) => {
      const measured = pointsOf(columns[index] ?? []);
      const last = measured.at(-1);
      if (!last) return [];
      const points = isFaint ? measured : pointsOf(smooth(columns[index] ?? [], smoothing));
      const drawn = isFaint || points.length > MOST_MARKS ? 'line' : 'both';
      return [{ name, points, style: styleOf(index), drawn, isFaint, last: last.y } satisfies CurveSeries];
    });
  return [...(smoothing > 0 ? series(true) : []), ...series(false)];
}
