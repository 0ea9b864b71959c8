import type { Sensitivity, SensitivityPoint } from '../../../protocol/measure/sensitivity';
import { isSameMetric, METRICS, type MetricName } from '../../../protocol/metric';
import { csvText } from '../../../protocol/csv';

interface Column {
  readonly heading: string;
  readonly of: (point: SensitivityPoint) => number | string;
}

/** The columns of Distiller. */
const OF_CLASSES: readonly Column[] = [
  { heading: 'top1', of: ({ accuracy }) => cell('accuracy', accuracy) },
  { heading: 'top5', of: ({ top5 }) => cell('top5', top5) },
];

/**
 * Formats a scan as Distiller does (`sensitivities_to_csv`): parameter, sparsity, top1 and top5 in percent, loss. Other tasks
 * have a column for each of their metrics instead, with shares in percent. A layer whose tensors are pruned together has the
 * name of the first. A scan by quantization has a column of bits.
 */
export function sensitivityCsv({ layers, baseline }: Pick<Sensitivity, 'layers' | 'baseline'>): string {
  const columns = baseline.metrics[0].name === 'accuracy' ? OF_CLASSES : columnsOf(baseline);
  const quantizes = layers.some(({ points }) => points.some(({ bits }) => bits !== undefined));
  const rows = layers.flatMap(({ name, parameters, points }) =>
    points.map((point) => [
      ...[parameters[0] ?? name, ...(quantizes ? [point.bits ?? ''] : []), point.sparsity],
      ...columns.map(({ of }) => of(point)),
      point.loss,
    ]),
  );
  return csvText([
    ['parameter', ...(quantizes ? ['bits'] : []), 'sparsity', ...columns.map(({ heading }) => heading), 'loss'],
    ...rows,
  ]);
}

/** A column for each metric but the loss of all outputs together, which stands last. */
const columnsOf = ({ metrics }: Pick<Sensitivity['baseline'], 'metrics'>): Column[] =>
  metrics
    .filter(({ name, output }) => name !== 'loss' || output !== undefined)
    .map((one) => ({
      heading: one.output === undefined ? one.name : `${one.output} ${one.name}`,
      of: (point) => cell(one.name, point.metrics.find((metric) => isSameMetric(metric, one))?.value),
    }));

/** Formats a share with at most nine decimals: 100 x 0.9215 must not end in digits that nobody measured. */
const cell = (name: MetricName, value: number | undefined): number | string =>
  value === undefined ? '' : METRICS[name].isShare ? Number((100 * value).toFixed(9)) : value;
