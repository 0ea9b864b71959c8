import type { EpochRecord } from '../../protocol/epoch';
import { metricNamed, METRICS, type MetricName } from '../../protocol/metric';
import type { Point } from '../chart/series';
import type { CurvePoint } from './job-view';

/** The points of the two charts of a training, in order of time; `x` in epochs. */
export interface CurveData {
  /** Of batches, smoothed; of whole epochs where no batch is known. */
  readonly loss: readonly Point[];
  readonly metric: readonly Point[];
  /** At the end of each epoch, where they were measured. */
  readonly validationLoss: readonly Point[];
  readonly validation: readonly Point[];
  /** The main metric of validation of the same student without a teacher. */
  readonly alone: readonly Point[];
}

/** The metric of a curve; accuracy before anything is known. */
export const curveMetric = (points: readonly CurvePoint[], records: readonly EpochRecord[]): MetricName =>
  points[0]?.metric.name ?? records[0]?.validation[0].name ?? 'accuracy';

/** The smoothing of batches, in epochs: a twentieth still shows the course within one epoch. */
const SMOOTHED_OVER = 0.05;
/** Points within this share of an epoch are the same point. */
const SAME = 1e-6;

/** Loss and main metric at a time. */
interface Figures {
  readonly epoch: number;
  readonly loss: number;
  readonly metric: number;
}

/** A transformation of metrics after which the value of an epoch so far is the mean of its batches. */
interface Averaged {
  readonly to: (value: number) => number;
  readonly from: (mean: number) => number;
}
const asItIs: Averaged = { to: (value) => value, from: (mean) => mean };
const squared: Averaged = { to: (value) => value ** 2, from: (mean) => Math.sqrt(Math.max(0, mean)) };
/** Metrics that are no means of batches are shown for the epoch so far. */
const AVERAGED: Readonly<Partial<Record<MetricName, Averaged>>> = {
  ...{ accuracy: asItIs, top5: asItIs, mae: asItIs, loss: asItIs },
  rmse: squared,
};

/**
 * Smoothed loss and main metric of batches, and those of validation at the end of each epoch. The engine reports values of the
 * epoch so far, which jump at the start of an epoch. Two such means give the mean of the batches between them.
 * @param alone the epochs of the same student without a teacher
 */
export function curveData(
  points: readonly CurvePoint[],
  records: readonly EpochRecord[],
  alone: readonly EpochRecord[] = [],
): CurveData {
  const batches = smoothed(ofBatches(points));
  const known = batches.length > 0 ? batches : records.map(({ epoch, loss, training }): Figures => ({ epoch, loss, metric: training[0].value })); // prettier-ignore
  const main = ({ epoch, validation }: EpochRecord): Point => ({ x: epoch, y: validation[0].value });
  return {
    loss: drawable(known.map(({ epoch, loss }) => ({ x: epoch, y: loss }))),
    metric: drawable(known.map(({ epoch, metric }) => ({ x: epoch, y: metric }))),
    validationLoss: drawable(records.map(({ epoch, validation }) => ({ x: epoch, y: metricNamed(validation, 'loss')?.value ?? NaN }))), // prettier-ignore
    validation: drawable(records.map(main)),
    alone: drawable(alone.map(main)),
  };
}

/** The points that have a place. */
const drawable = (points: readonly Point[]): Point[] => points.filter(({ y }) => Number.isFinite(y));

/** Figures of the batches since the previous point, from those of the epoch so far. */
function ofBatches(points: readonly CurvePoint[]): Figures[] {
  const found: Figures[] = [];
  let before: CurvePoint | undefined;
  for (const point of points) {
    const index = epochOf(point);
    const done = point.epoch - index;
    const known = before && epochOf(before) === index ? before : undefined;
    const earlier = known ? known.epoch - index : 0;
    before = point;
    if (done - earlier < SAME) continue;
    const between = (mean: number, meanBefore: number): number =>
      (mean * done - meanBefore * earlier) / (done - earlier);
    const { name, value } = point.metric;
    const averaged = AVERAGED[name];
    const metric = averaged
      ? averaged.from(between(averaged.to(value), known ? averaged.to(known.metric.value) : 0))
      : value;
    found.push({
      epoch: point.epoch,
      loss: Math.max(0, between(point.loss, known?.loss ?? 0)),
      metric: METRICS[name].isShare ? Math.min(1, Math.max(0, metric)) : metric,
    });
  }
  return found;
}

/** The epoch of a point, counted from 0; the end of an epoch belongs to it. */
const epochOf = ({ epoch }: CurvePoint): number => Math.max(0, Math.ceil(epoch - SAME) - 1);

/** An exponential mean over `SMOOTHED_OVER` epochs, for points at any distance. */
function smoothed(points: readonly Figures[]): Figures[] {
  let mean: Figures | undefined;
  return points.map((point) => {
    const weight = mean ? 1 - Math.exp(-(point.epoch - mean.epoch) / SMOOTHED_OVER) : 1;
    const old = mean ?? point;
    mean = {
      epoch: point.epoch,
      loss: old.loss + weight * (point.loss - old.loss),
      metric: old.metric + weight * (point.metric - old.metric),
    };
    return mean;
  });
}
