import * as z from 'zod';
import { METRIC_BOUNDS, readMetricBound, type MetricBound } from '../metric';

const count = z.number().int('must be a whole number').positive('must be above 0');

/**
 * The goal of a target, one of: `accuracy`, at least this share on the validation examples; `metric`, a bound on any metric
 * there, such as `rmse<=0.05` or, for an output of several, `age.rmse<=3`; `bytes`, at most this many of all files, gzipped, or of the weights where they are quantized; `macs` and `params`, at most this many. If
 * weights are pruned, only nonzero MACs and parameters count.
 */
export const TargetGoal = z.union([
  z.strictObject({
    accuracy: z
      .number('must be a number from 0 to 1')
      .min(0, 'must be from 0 to 1')
      .max(1, 'must be from 0 to 1')
      .describe('Minimum accuracy on the validation examples; the smallest model that reaches it is chosen.')
      .meta({ share: true, start: 0.9 }),
  }),
  z.strictObject({
    metric: z
      .string()
      .refine(
        (text) => readMetricBound(text) !== undefined,
        `must be a bound such as rmse<=0.05: ${METRIC_BOUNDS}; OUTPUT.rmse<=0.05 for one of several outputs`,
      )
      .describe(
        'Bound on a metric of the validation examples, such as rmse<=0.05 or macro-f1>=0.9, or age.mae<=3 for the output age of several; the smallest model that keeps it is chosen.',
      )
      .meta({ label: 'Metric' }),
  }),
  z.strictObject({
    bytes: count
      .describe(
        'Maximum bytes of model.json and its shards, each gzipped; of the weights in their bits where they are quantized.',
      )
      .meta({ label: 'Bytes', unit: 'bytes' }),
  }),
  z.strictObject({ macs: count.describe('Maximum multiply-accumulates for one example.').meta({ label: 'MACs' }) }),
  z.strictObject({ params: count.describe('Maximum number of parameters.').meta({ label: 'Parameters' }) }),
]);
export type TargetGoal = z.infer<typeof TargetGoal>;

/** The bound of a goal on a metric; undefined where the goal is a size. `accuracy` is short for a bound on the accuracy. */
export function goalBound(goal: TargetGoal): MetricBound | undefined {
  if ('accuracy' in goal) return { name: 'accuracy', bound: 'at least', value: goal.accuracy };
  return 'metric' in goal ? readMetricBound(goal.metric) : undefined;
}
