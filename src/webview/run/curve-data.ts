import type { EpochRecord } from '../../protocol/epoch';
import { METRICS, type MetricName } from '../../protocol/metric';
import type { CurvePoint } from './job-view';

/**
 * Columns of the plot: epochs, loss, main metric, main metric of validation, and for a student with a teacher the
 * latter of the same one without; null if a row has no such figure.
 */
export type CurveData = [number[], Figure[], Figure[], Figure[], ...Figure[][]];
type Figure = number | null;
type Row = [number, Figure, Figure, Figure, Figure];

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
 * Smoothed loss and main metric of batches, and the main metric of validation at the end of each epoch, in order of time.
 * The engine reports values of the epoch so far, which jump at the start of an epoch. Two such means give the mean of the
 * batches between them.
 */
export function curveData(
  points: readonly CurvePoint[],
  records: readonly EpochRecord[],
  alone?: readonly EpochRecord[],
): CurveData {
  const batches = smoothed(ofBatches(points));
  const rows: Row[] = [
    ...batches.map(({ epoch, loss, metric }): Row => [epoch, loss, metric, null, null]),
    ...(alone ?? []).map(({ epoch, validation }): Row => [epoch, null, null, null, validation[0].value]),
    ...records.map((record): Row => [
      record.epoch,
      // A page that missed the batches has only the means of whole epochs.
      points.length === 0 ? record.loss : null,
      points.length === 0 ? record.training[0].value : null,
      record.validation[0].value,
      null,
    ]),
  ].sort((a, b) => a[0] - b[0]);
  const column = (at: 1 | 2 | 3 | 4): Figure[] => rows.map((row) => row[at]);
  return [rows.map((row) => row[0]), column(1), column(2), column(3), ...(alone ? [column(4)] : [])];
}

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
