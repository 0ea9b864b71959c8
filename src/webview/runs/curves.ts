import type { MetricName, MetricValue } from '../../protocol/metric';
import type { RunCurve } from '../../protocol/runs-page';

/** A figure whose course is drawn. */
export const CURVED = ['validation', 'test', 'loss'] as const;
export type Curved = (typeof CURVED)[number];

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
