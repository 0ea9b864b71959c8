import { t } from '../../protocol/l10n';
import { metricNamed, type MetricValues } from '../../protocol/metric';
import { metricOfPlans, type ParetoCurve, type ParetoPoint } from '../../protocol/pareto';
import { BYTE_UNITS, COUNT_UNITS, type Axis, type Units } from '../ui/scale';

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

/** The margin around the outermost points, as a share of the range. */
const ROOM = 0.06;

/** The value of a plan, or of the unchanged model, by the metric that compares the plans. */
export function valueIn(curve: ParetoCurve, { metrics }: { metrics: MetricValues }): number {
  const { name, output } = metricOfPlans(curve);
  return (metricNamed(metrics, name, output) ?? metrics[0]).value;
}

/** The ranges of both axes: all points, and the metric of the unchanged model. */
export function paretoAxes(
  curve: ParetoCurve,
  size: (point: ParetoPoint) => number,
  width: number,
  height: number,
): { x: Axis; y: Axis } {
  const axis = (values: readonly number[], pixels: number): Axis => {
    const [from, to] = [Math.min(...values), Math.max(...values)];
    const room = (to - from || Math.abs(to) || 1) * ROOM;
    return { from: from - room, to: to + room, width: pixels };
  };
  return {
    x: axis(curve.points.map(size), width),
    y: axis(
      [...curve.points, curve.baseline].map((one) => valueIn(curve, one)),
      height,
    ),
  };
}
