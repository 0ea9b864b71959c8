import * as z from 'zod';
import { mainAccuracy, MetricValues, metricsOr, metricWords } from '../metric';

/** The fields of a step's result for the metrics of the model after it, on the split that reports measure. */
export const measuredAfter = {
  /** The main metric first; null: not measured. Absent in runs of earlier versions. */
  metrics: MetricValues.nullable().optional(),
  /** The main metric once more where it is an accuracy; earlier versions wrote only this. */
  accuracy: z.number().nullable(),
};
type MeasuredAfter = z.infer<z.ZodObject<typeof measuredAfter>>;

/** Makes these fields. */
export const afterStep = (metrics: MetricValues | null): MeasuredAfter => ({
  metrics,
  accuracy: mainAccuracy(metrics) ?? null,
});

/** `test accuracy 91.20%` */
export function measuredWords({ metrics, accuracy }: MeasuredAfter): string {
  const known = metricsOr(metrics, accuracy);
  return known ? `test ${metricWords(known[0])}` : 'accuracy not measured';
}
