import { isBetter, lossOf, measured, type MetricValue } from '../../protocol/metric';

/** The share of all that a model does better than a guess which is lost for good where everything was lost before training. */
const LOST_FOR_GOOD = 0.02;
/** A loss before training matters little where it is small. */
const POWER = 4;
/** The share of all by which a recovery has come to less than its estimate, at most. */
const MARGIN = 0.01;

/** The result that is expected of training, and the one that it hardly falls below. */
export interface Estimate {
  readonly metric: MetricValue;
  readonly worst: MetricValue;
}

/**
 * Estimates the main metric after training from that before it. On Fashion-MNIST (`fashion-cnn`, docs/results.md),
 * networks that had lost 46, 81 and 92% of what they do better than a guess were left with -0.2, 0.4 and 1.3 points less after
 * 7 epochs: the estimate for these is 0.1, 0.7 and 1.2 points less. Some came to 0.8 points less than their estimate without
 * a teacher, which `worst` allows for.
 * @param now of the model as it is
 * @param trivial of an answer that knows nothing about the inputs
 */
export function estimated(now: MetricValue, before: MetricValue, trivial: number): Estimate {
  const all = lossOf(now.name, trivial, now.value);
  const isLess = all > 0 && isBetter(now.name, now.value, before.value);
  const lost = isLess ? Math.min(1, lossOf(now.name, before.value, now.value) / all) : 0;
  const least = LOST_FOR_GOOD * lost ** POWER * all;
  const less = (by: number): MetricValue => measured(now.name, worse(now, by), now.output);
  return { metric: isLess ? less(least) : before, worst: less(least + MARGIN * Math.max(0, all)) };
}

/** The value that is worse by so much. */
export const worse = ({ name, value }: Pick<MetricValue, 'name' | 'value'>, by: number): number =>
  isBetter(name, value + 1, value) ? value - by : value + by;
