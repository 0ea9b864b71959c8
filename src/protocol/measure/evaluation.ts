import * as z from 'zod';
import { Split } from '../dataset';
import { measured, MetricValues } from '../metric';
import { TaskInfo } from '../task';
import { NormalizationInUse } from '../normalization';

/** The figures of one label, of which an example may have any number. Null where they are not defined. */
export const LabelFigures = z.object({
  name: z.string(),
  /** Examples that have the label. */
  support: z.number(),
  /** Share of the examples called so that have it, and of those that have it that were called so, 0 to 1. */
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  /** Harmonic mean of both, 0 to 1; 0 for a label that no example has and that was never called. */
  f1: z.number(),
  auc: z.number().nullable(),
  /** Examples that have it and were not called so, and that were called so and do not have it. */
  missed: z.number(),
  wrong: z.number(),
});
export type LabelFigures = z.infer<typeof LabelFigures>;

/** The figures of the classes or labels of one output. */
const Details = z.object({
  /** Empty where examples have no classes, as is `confusion`. Samples are examples, or their steps or pixels. */
  perClass: z.array(
    z.object({
      name: z.string(),
      samples: z.number(),
      accuracy: z.number(),
      /** Intersection over union, 0 to 1, for classes of pixels; null for a class that is neither there nor called. */
      iou: z.number().nullable().optional(),
    }),
  ),
  /** confusion[actual][predicted]: samples. */
  confusion: z.array(z.array(z.number())),
  /** Present where examples have labels. Absent in evaluations of earlier versions. */
  labels: z.array(LabelFigures).optional(),
});
export type Details = z.infer<typeof Details>;

const Measured = Details.extend({
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
  /** The same figures of each output, where the network has several. Absent in evaluations of earlier versions. */
  outputs: z.array(Details.extend({ output: z.string() })).optional(),
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
