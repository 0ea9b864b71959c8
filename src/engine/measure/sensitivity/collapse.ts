import type { Measurement } from '../../../protocol/measure/measurement';
import { lossOf, METRICS, type MetricName, type MetricValue } from '../../../protocol/metric';

/** The values of guessing; a metric that is not here has none that is known without the targets. */
const GUESSED: Readonly<Partial<Record<MetricName, number>>> = {
  ...{ accuracy: 0, top5: 0, 'macro-f1': 0, iou: 0 },
  auc: 0.5,
  r2: 0,
};

/** An error that has grown by this factor, of which 20 dB are the same, counts as that of a guess. */
const FACTOR = 10;
const FACTOR_IN_DECIBELS = 20;

/** Returns the main metric of an answer that knows nothing about the inputs. @param trivial where it is known, see `collapseOf` */
export function guessed({ name, value }: MetricValue, trivial: number | undefined): number {
  const known = trivial ?? GUESSED[name];
  if (known !== undefined) return known;
  return METRICS[name].better === 'lower' ? FACTOR * value : value - FACTOR_IN_DECIBELS;
}

/**
 * Returns a test of measurements: true for one that has lost `share` of what the unchanged model does better than a trivial
 * answer, by the main metric; never where that is all of it, or where the model is no better.
 * @param trivial main metric of that answer: accuracy of guessing, RMSE of the mean of the targets. Where it is not known,
 * an accuracy of 0, an AUC of 0.5, an R² of 0, 10 times the error, or 20 dB less takes its place
 */
export function collapseOf(
  { metrics: [before] }: Measurement,
  trivial: number | undefined,
  share: number,
): (point: Measurement) => boolean {
  const all = lossOf(before.name, guessed(before, trivial), before.value);
  return ({ metrics: [after] }) =>
    share < 1 && all > 0 && lossOf(before.name, after.value, before.value) >= share * all;
}
