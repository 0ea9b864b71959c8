import * as z from 'zod';
import { mainAccuracy, measured, MetricValues } from '../metric';

/** The metrics of a model with certain weights. */
const Measured = z.object({
  /** The main metric of the task first. */
  metrics: MetricValues,
  /** Accuracies once more, where accuracy is the main metric: earlier versions read and wrote these. */
  accuracy: z.number().optional(),
  top5: z.number().optional(),
  /** Mean loss of the task, as in training; for classes the cross-entropy in nats. */
  loss: z.number(),
});
export type Measurement = z.infer<typeof Measured>;
/** The fields of a measurement, for schemas with more fields. */
export const measurementFields = Measured.shape;

/**
 * Makes a measurement, with the accuracies that earlier versions read.
 * @param top5 of classes, also where there are so few that it is no metric
 */
export function measurement(metrics: MetricValues, loss: number, top5?: number): Measurement {
  const accuracy = mainAccuracy(metrics);
  return {
    metrics,
    ...(accuracy === undefined ? {} : { accuracy }),
    ...(top5 === undefined ? {} : { top5 }),
    loss,
  };
}

/** A measurement of an earlier version. */
const Earlier = z.looseObject({
  metrics: z.undefined().optional(),
  accuracy: z.number(),
  top5: z.number().optional(),
  loss: z.number(),
});

/** Adds metrics to a measurement of an earlier version; returns any other value as it is. */
export function withMetrics(value: unknown): unknown {
  const { data } = Earlier.safeParse(value);
  if (!data) return value;
  const top5 = data.top5 === undefined ? [] : [measured('top5', data.top5)];
  return { ...data, metrics: [measured('accuracy', data.accuracy), ...top5, measured('loss', data.loss)] };
}

/** Reads a measurement, of an earlier version too. */
export const Measurement = z.preprocess((value: Measurement) => withMetrics(value), Measured);
