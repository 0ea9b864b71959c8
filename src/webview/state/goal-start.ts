import type { DataTask } from '../../protocol/dataset';
import type { JsonObject } from '../../protocol/json';
import { METRICS, writtenBound, type MetricName, type MetricValue } from '../../protocol/metric';

/** The main metric of a task; undefined where the data does not tell the task. */
const MAIN: Partial<Readonly<Record<DataTask, MetricName>>> = {
  classification: 'accuracy',
  'multi-label': 'macro-f1',
  regression: 'rmse',
  reconstruction: 'rmse',
  'step-classification': 'accuracy',
  'pixel-classification': 'iou',
  values: 'rmse',
  none: 'rmse',
};
/** The share of a metric at which a goal starts where its value is not known. */
const USUAL_SHARE = 0.9;

/**
 * The goal with which the form of a target starts, and the first values of its variants: the main metric, at a round value
 * that the model as it is just reaches. Where no value is known, a share starts at 0.9 and an error at no value.
 * @param known the main metric of the model, where it was measured
 */
export function goalStarts(known: MetricValue | undefined, task: DataTask | undefined): JsonObject {
  const name = known?.name ?? (task && MAIN[task]) ?? 'accuracy';
  const { isShare, better } = METRICS[name];
  const value = known ? easier(known.value, better) : isShare ? USUAL_SHARE : '';
  const metric = writtenBound(name, value, known?.output);
  const isAccuracy = name === 'accuracy' && known?.output === undefined && value !== '';
  return isAccuracy ? { goal: { accuracy: value }, accuracy: value, metric } : { goal: { metric }, metric };
}

/** Rounds to two significant digits, to the side that is easier to reach. */
function easier(value: number, better: 'higher' | 'lower'): number {
  if (value === 0) return 0;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const steps = better === 'higher' ? Math.floor(value / step) : Math.ceil(value / step);
  return Number((steps * step).toPrecision(2));
}
