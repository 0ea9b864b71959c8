import { t } from '../../protocol/l10n';
import { axisWords, metricNamed, type MetricValues } from '../../protocol/metric';
import { metricOfPlans, type ParetoCurve, type ParetoPoint } from '../../protocol/pareto';
import { goalBound } from '../../protocol/steps/goal';
import type { GoalLine } from '../chart/plot-frame';
import type { AxisSpec } from '../chart/plot-scale';
import { BYTE_UNITS, COUNT_UNITS, metricUnits, type Units } from '../ui/scale';

/** The size of a goal; bytes if the goal is a metric. */
export interface GoalSize {
  words: string;
  of: (point: ParetoPoint) => number;
  units: Units;
}

export function goalSize({ goal, points }: Pick<ParetoCurve, 'goal' | 'points'>): GoalSize {
  if (points.some(({ weightBytes }) => weightBytes !== undefined))
    return { words: t('bytes of weights'), of: ({ weightBytes }) => weightBytes ?? 0, units: BYTE_UNITS };
  if ('macs' in goal)
    return { words: 'MACs', of: ({ nonzeroMacs, macs }) => nonzeroMacs ?? macs ?? 0, units: COUNT_UNITS };
  if ('params' in goal) return { words: t('nonzero parameters'), of: ({ nonzero }) => nonzero, units: COUNT_UNITS };
  return { words: t('bytes, gzipped'), of: ({ gzipBytes }) => gzipBytes, units: BYTE_UNITS };
}

/** The value of a plan, or of the unchanged model, by the metric that compares the plans. */
export function valueIn(curve: ParetoCurve, { metrics }: { metrics: MetricValues }): number {
  const { name, output } = metricOfPlans(curve);
  return (metricNamed(metrics, name, output) ?? metrics[0]).value;
}

/** The goal as a line of the plot; undefined where neither axis has its unit. */
export function goalLine(curve: ParetoCurve): GoalLine | undefined {
  const { goal } = curve;
  const bound = goalBound(goal);
  if (bound) return { axis: 'y', value: bound.value, words: t('goal') };
  const value = 'bytes' in goal ? goal.bytes : 'macs' in goal ? goal.macs : 'params' in goal ? goal.params : undefined;
  return value === undefined ? undefined : { axis: 'x', value, words: t('goal') };
}

/** The lines of the plot: the goal, and the metric of the unchanged model. */
export const linesOf = (curve: ParetoCurve): GoalLine[] => [
  ...[goalLine(curve) ?? []].flat(),
  { axis: 'y', value: valueIn(curve, curve.baseline), words: t('unchanged model'), atLeft: true },
];

/** Both axes: all points, the goal, and the metric of the unchanged model. */
export function paretoAxes(curve: ParetoCurve): { x: AxisSpec; y: AxisSpec } {
  const size = goalSize(curve);
  const lines = linesOf(curve);
  const on = (axis: GoalLine['axis']): number[] => lines.flatMap((line) => (line.axis === axis ? [line.value] : []));
  const metric = metricOfPlans(curve);
  return {
    x: { values: [...curve.points.map(size.of), ...on('x')], units: size.units, title: size.words },
    y: {
      values: [...curve.points.map((one) => valueIn(curve, one)), ...on('y')],
      units: metricUnits(metric.name),
      title: axisWords(metric),
    },
  };
}
