import * as z from 'zod';
import { Split } from '../dataset';
import { mainAccuracy, MetricValues, metricsOr, metricWords } from '../metric';

/** The fields of a step's result for the metrics of the model after it, on the split that reports measure. */
export const measuredAfter = {
  /** The main metric first; null: not measured. Absent in runs of earlier versions. */
  metrics: MetricValues.nullable().optional(),
  /** The main metric once more where it is an accuracy; earlier versions wrote only this. */
  accuracy: z.number().nullable(),
  /** The split on which they were measured; absent where that is the test split. */
  split: Split.optional(),
};
type MeasuredAfter = z.infer<z.ZodObject<typeof measuredAfter>>;

/** Makes these fields. */
export const afterStep = (metrics: MetricValues | null, split: Split = 'test'): MeasuredAfter => ({
  metrics,
  accuracy: mainAccuracy(metrics) ?? null,
  ...(split === 'test' ? {} : { split }),
});

/** `test accuracy 91.20%` */
export function measuredWords({ metrics, accuracy, split = 'test' }: MeasuredAfter): string {
  const known = metricsOr(metrics, accuracy);
  return known ? `${split} ${metricWords(known[0])}` : 'accuracy not measured';
}
