import * as z from 'zod';
import { Split } from '../dataset';
import { measured, MetricValues } from '../metric';
import { TaskInfo } from '../task';
import { NormalizationInUse } from '../normalization';

const Measured = z.object({
  split: Split,
  samples: z.number(),
  /** The task of each output. Absent in evaluations of earlier versions, which are of classification. */
  tasks: z.array(TaskInfo).optional(),
  /** The main metric of the task first. */
  metrics: MetricValues,
  /** Mean loss of the examples; for classes the cross-entropy in nats. */
  loss: z.number(),
  /** 0 to 1. Absent where the task has none. */
  accuracy: z.number().optional(),
  /** Empty where examples have no classes, as is `confusion`. */
  perClass: z.array(z.object({ name: z.string(), samples: z.number(), accuracy: z.number() })),
  /** confusion[actual][predicted]: samples. */
  confusion: z.array(z.array(z.number())),
  samplesPerSecond: z.number(),
  dataset: z.object({
    name: z.string(),
    sample: z.boolean(),
    /** Changes to the examples, one sentence each. */
    notes: z.array(z.string()).optional(),
  }),
  /** The normalization of the pixels. Absent in evaluations of earlier versions. */
  normalization: NormalizationInUse.optional(),
});
export type Evaluation = z.infer<typeof Measured>;

/** An evaluation of an earlier version. */
const WithoutMetrics = z.looseObject({ metrics: z.undefined().optional(), accuracy: z.number(), loss: z.number() });

/** The answer to `evaluate`. Those of earlier versions get the metrics that they hold. */
export const Evaluation = z.preprocess((value: Evaluation): unknown => {
  const { data } = WithoutMetrics.safeParse(value);
  return data ? { ...data, metrics: [measured('accuracy', data.accuracy), measured('loss', data.loss)] } : value;
}, Measured);
