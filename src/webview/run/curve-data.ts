import type { EpochRecord } from '../../protocol/epoch';
import type { CurvePoint } from './job-view';

/** Columns of the plot: epochs, loss, accuracy, validation accuracy; null if a row has no such figure. */
export type CurveData = [number[], (number | null)[], (number | null)[], (number | null)[]];

/** The smoothing of batches, in epochs: a twentieth still shows the course within one epoch. */
const SMOOTHED_OVER = 0.05;
/** Points within this share of an epoch are the same point. */
const SAME = 1e-6;

/**
 * Smoothed loss and accuracy of batches, and validation accuracy at the end of each epoch, in order of time. The engine
 * reports means over the epoch so far, which jump at the start of an epoch. Two such means give the mean of the batches
 * between them.
 */
export function curveData(points: readonly CurvePoint[], records: readonly EpochRecord[]): CurveData {
  const batches = smoothed(ofBatches(points));
  const rows: [number, number | null, number | null, number | null][] = [
    ...batches.map((point): [number, number, number, null] => [point.epoch, point.loss, point.accuracy, null]),
    ...records.map((record): [number, number | null, number | null, number] => [
      record.epoch,
      // A page that missed the batches has only the means of whole epochs.
      points.length === 0 ? record.loss : null,
      points.length === 0 ? record.accuracy : null,
      record.validationAccuracy,
    ]),
  ].sort((a, b) => a[0] - b[0]);
  return [rows.map((row) => row[0]), rows.map((row) => row[1]), rows.map((row) => row[2]), rows.map((row) => row[3])];
}

/** Means of the batches since the previous point, from means of the epoch so far. */
function ofBatches(points: readonly CurvePoint[]): CurvePoint[] {
  const found: CurvePoint[] = [];
  let before: CurvePoint | undefined;
  for (const point of points) {
    const index = epochOf(point);
    const done = point.epoch - index;
    const known = before && epochOf(before) === index ? before : { epoch: index, loss: 0, accuracy: 0 };
    const earlier = known.epoch - index;
    before = point;
    if (done - earlier < SAME) continue;
    const between = (mean: number, meanBefore: number): number =>
      (mean * done - meanBefore * earlier) / (done - earlier);
    found.push({
      epoch: point.epoch,
      loss: Math.max(0, between(point.loss, known.loss)),
      accuracy: Math.min(1, Math.max(0, between(point.accuracy, known.accuracy))),
    });
  }
  return found;
}

/** The epoch of a point, counted from 0; the end of an epoch belongs to it. */
const epochOf = ({ epoch }: CurvePoint): number => Math.max(0, Math.ceil(epoch - SAME) - 1);

/** An exponential mean over `SMOOTHED_OVER` epochs, for points at any distance. */
function smoothed(points: readonly CurvePoint[]): CurvePoint[] {
  let mean: CurvePoint | undefined;
  return points.map((point) => {
    const weight = mean ? 1 - Math.exp(-(point.epoch - mean.epoch) / SMOOTHED_OVER) : 1;
    const old = mean ?? point;
    mean = {
      epoch: point.epoch,
      loss: old.loss + weight * (point.loss - old.loss),
      accuracy: old.accuracy + weight * (point.accuracy - old.accuracy),
    };
    return mean;
  });
}
