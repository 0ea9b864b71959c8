import type { EpochRecord } from '../../protocol/run';
import type { CurvePoint } from './job';

/** Columns for the plot: epochs, loss, accuracy, validation accuracy; null where a row has no such figure. */
export type CurveData = [number[], (number | null)[], (number | null)[], (number | null)[]];

/** Points of the running epoch and one point at the end of each whole epoch, in order of time. */
export function curveData(points: readonly CurvePoint[], records: readonly EpochRecord[]): CurveData {
  const rows: [number, number | null, number | null, number | null][] = [
    ...points.map((point): [number, number, number, null] => [point.epoch, point.loss, point.accuracy, null]),
    ...records.map((record): [number, number, number, number] => [
      record.epoch,
      record.loss,
      record.accuracy,
      record.validationAccuracy,
    ]),
  ].sort((a, b) => a[0] - b[0]);
  return [rows.map((row) => row[0]), rows.map((row) => row[1]), rows.map((row) => row[2]), rows.map((row) => row[3])];
}
