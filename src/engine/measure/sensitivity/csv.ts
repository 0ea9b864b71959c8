import type { Sensitivity } from '../../../protocol/measure/sensitivity';
import { metricNamed, METRICS, type MetricName } from '../../../protocol/metric';
import { csvText } from '../../csv';

/** The names that Distiller gives to metrics. */
const HEADINGS: Readonly<Partial<Record<MetricName, string>>> = { accuracy: 'top1' };

/**
 * Formats a scan as Distiller does (`sensitivities_to_csv`): parameter, sparsity, top1 and top5 in percent, loss. Other tasks
 * have a column for each of their metrics instead, with shares in percent. A layer whose tensors are pruned together has the
 * name of the first.
 */
export function sensitivityCsv({ layers, baseline }: Pick<Sensitivity, 'layers' | 'baseline'>): string {
  const classifies = baseline.metrics[0].name === 'accuracy';
  const names = classifies
    ? (['accuracy', 'top5'] as const)
    : [...new Set(baseline.metrics.map(({ name }) => name))].filter((name) => name !== 'loss');
  const rows = layers.flatMap(({ name, parameters, points }) =>
    points.map(({ sparsity, metrics, top5, loss }) => [
      ...[parameters[0] ?? name, sparsity],
      ...names.map((one) => cell(one, one === 'top5' ? top5 : metricNamed(metrics, one)?.value)),
      loss,
    ]),
  );
  return csvText([['parameter', 'sparsity', ...names.map((name) => HEADINGS[name] ?? name), 'loss'], ...rows]);
}

/** Formats a share with at most nine decimals: 100 x 0.9215 must not end in digits that nobody measured. */
const cell = (name: MetricName, value: number | undefined): number | string =>
  value === undefined ? '' : METRICS[name].isShare ? Number((100 * value).toFixed(9)) : value;
