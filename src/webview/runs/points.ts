import { t, translated } from '../../protocol/l10n';
import { isBetter, metricNamed, METRICS, type MetricOf } from '../../protocol/metric';
import type { ChartedModel } from '../../protocol/runs-page';

/** A checkpoint in the drawing. */
export interface Point {
  readonly model: ChartedModel;
  readonly size: number;
  readonly value: number;
  /** The examples that it was measured on, in words. */
  readonly measuredOn: string;
  /** True where no other point measured on the same examples is as small and better, or as good and smaller. */
  readonly isBest: boolean;
}

/** Returns the metrics that checkpoints have: main ones first, each with the most checkpoints first. */
export function metricsOfAll(models: readonly ChartedModel[]): MetricOf[] {
  const found = new Map<string, { metric: MetricOf; main: number; all: number }>();
  for (const { metrics } of models)
    metrics?.forEach(({ name, output }, place) => {
      const key = keyOf({ name, output });
      const one = found.get(key) ?? { metric: { name, ...(output === undefined ? {} : { output }) }, main: 0, all: 0 };
      found.set(key, { ...one, main: one.main + (place === 0 ? 1 : 0), all: one.all + 1 });
    });
  return [...found.values()].sort((a, b) => b.main - a.main || b.all - a.all).map(({ metric }) => metric);
}

export const metricTitle = ({ name, output }: MetricOf): string =>
  [translated(METRICS[name].title), ...(output === undefined ? [] : [output])].join(t(', '));

export const keyOf = ({ name, output }: MetricOf): string => `${name} ${output ?? ''}`;

/** Returns the checkpoints that have both figures, from small to large. */
export function pointsOf(
  models: readonly ChartedModel[],
  metric: MetricOf,
  sizeOf: (model: ChartedModel) => number | null,
): Point[] {
  const points = models.flatMap((model) => {
    const size = sizeOf(model);
    const value = model.metrics && metricNamed(model.metrics, metric.name, metric.output)?.value;
    return size === null || value === undefined || value === null || !Number.isFinite(value)
      ? []
      : [{ model, size, value, measuredOn: splitWords(model) }];
  });
  points.sort((a, b) => a.size - b.size || (isBetter(metric.name, a.value, b.value) ? -1 : 1));
  const best = new Map<string, number>();
  return points.map((point) => {
    const before = best.get(point.measuredOn);
    const isBest = before === undefined || isBetter(metric.name, point.value, before);
    if (isBest) best.set(point.measuredOn, point.value);
    return { ...point, isBest };
  });
}

/** The examples that a checkpoint was measured on: figures on others cannot be compared with its own. */
export const splitWords = ({ split, sampleData }: Pick<ChartedModel, 'split' | 'sampleData'>): string =>
  sampleData ? t('{0} (sample)', translated(split)) : translated(split);

/** The examples that points were measured on, those of the most points first. */
export function splitsOf(points: readonly Point[]): string[] {
  const counts = new Map<string, number>();
  for (const { measuredOn } of points) counts.set(measuredOn, (counts.get(measuredOn) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([words]) => words);
}
