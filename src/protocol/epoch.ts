import * as z from 'zod';
import { t, translated } from './l10n';
import { mainAccuracy, mainMetric, mainText, metricsOr, MetricValues } from './metric';

const Record = z.object({
  epoch: z.number(),
  /** Mean loss of the training batches. */
  loss: z.number(),
  /** The metrics of the training batches and of the splits, each with the main metric of the task first. */
  training: MetricValues,
  validation: MetricValues,
  /** Absent where the data has no test split. */
  test: MetricValues.optional(),
  /** The main metrics once more where they are accuracies: earlier versions read and wrote these. */
  accuracy: z.number().optional(),
  validationAccuracy: z.number().optional(),
  testAccuracy: z.number().optional(),
  seconds: z.number(),
  /** The value at the last optimizer step. Absent in runs of earlier versions. */
  learningRate: z.number().optional(),
  /** The share of zeros over all kernel weights, if the step prunes or holds zeros. */
  sparsity: z.number().optional(),
});

/** One epoch of training or fine-tuning. */
export type EpochRecord = z.infer<typeof Record>;

/** A record of an earlier version. */
const Earlier = z.looseObject({
  training: z.undefined().optional(),
  accuracy: z.number(),
  validationAccuracy: z.number(),
  testAccuracy: z.number().optional(),
});

/** Reads a record; one of an earlier version gets metrics from its accuracies. */
export const EpochRecord = z.preprocess((value: EpochRecord): unknown => {
  const { data } = Earlier.safeParse(value);
  if (!data) return value;
  const { accuracy, validationAccuracy, testAccuracy } = data;
  const test = metricsOr(undefined, testAccuracy);
  return {
    ...data,
    training: metricsOr(undefined, accuracy),
    validation: metricsOr(undefined, validationAccuracy),
    ...(test ? { test } : {}),
  };
}, Record);

/** Makes a record, with the accuracies that earlier versions read. */
export function epochRecord(
  record: Omit<EpochRecord, 'accuracy' | 'validationAccuracy' | 'testAccuracy'>,
): EpochRecord {
  const { epoch, loss, training, validation, test, ...rest } = record;
  const [accuracy, validationAccuracy, testAccuracy] = [training, validation, test].map(mainAccuracy);
  return {
    ...{ epoch, loss, training, validation },
    ...(test ? { test } : {}),
    ...(accuracy === undefined ? {} : { accuracy }),
    ...(validationAccuracy === undefined ? {} : { validationAccuracy }),
    ...(testAccuracy === undefined ? {} : { testAccuracy }),
    ...rest,
  };
}

/** The metrics that an epoch reports: of the test split, or of the validation split where there is none. */
export const reportedMetrics = ({ test, validation }: EpochRecord): MetricValues => test ?? validation;

/** `accuracy 92.21% training, 91.20% validation, 90.87% test`, of the main metric. */
export const epochWords = ({ training, validation, test }: EpochRecord): string =>
  [
    t('{0} {1} training', translated(mainMetric(training).words), mainText(training)),
    t('{0} validation', mainText(validation)),
    ...(test ? [t('{0} test', mainText(test))] : []),
  ].join(t(', '));
