import * as z from 'zod';
import { Split } from './dataset';
import { StudentNow } from './distillation';
import { EpochRecord } from './epoch';
import { bytes, plural } from './format';
import { t } from './l10n';
import { Progress, RunClock } from './measure';
import { mainAccuracy, measured, MetricValue, MetricValues } from './metric';
import { LayerFigures, ModelTotals } from './model';
import { NormalizationInUse } from './normalization';
import { OnnxFigures } from './onnx';
import { StepResult } from './steps';
import { RunSizes } from './weight-sizes';

/** The events of a run. */
export const RunEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step'), index: z.number(), steps: z.number(), step: z.string() }),
  z.object({
    kind: z.literal('progress'),
    progress: Progress,
    /** While training: mean loss and main metric of this epoch so far, and the number of finished epochs with its fraction. */
    training: z
      .object({
        loss: z.number(),
        metric: MetricValue,
        epoch: z.number(),
        /** Where a step trains several times: which of its trainings it is. */
        student: StudentNow.optional(),
      })
      .optional(),
    /** The clock of the whole run: every view shows it. */
    clock: RunClock.optional(),
  }),
  /** A new mask. `epoch`: finished epochs with fraction; `sparsity`: over all kernel weights. */
  z.object({ kind: z.literal('mask'), epoch: z.number(), sparsity: z.number() }),
  z.object({
    kind: z.literal('epoch'),
    step: z.string(),
    epochs: z.number(),
    record: EpochRecord,
    student: StudentNow.optional(),
  }),
  z.object({ kind: z.literal('result'), index: z.number(), result: StepResult }),
  z.object({ kind: z.literal('message'), text: z.string() }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

/** SHA-256, hex, of a checkpoint's model.json and of its joined shards. */
export const StoredHashes = z.object({
  modelJson: z.string().regex(/^[0-9a-f]{64}$/),
  weights: z.string().regex(/^[0-9a-f]{64}$/),
});
export type StoredHashes = z.infer<typeof StoredHashes>;

/** Metrics of a run on the split for reports, the main one first; null without data or without the step. */
const RunMetrics = z.object({
  before: MetricValues.nullable(),
  afterPrune: MetricValues.nullable(),
  afterFineTune: MetricValues.nullable(),
  /** The split on which they were measured; absent where that is the test split. */
  split: Split.optional(),
});
export type RunMetrics = z.infer<typeof RunMetrics>;

const RunAccuracy = z.object({
  before: z.number().nullable(),
  afterPrune: z.number().nullable(),
  afterFineTune: z.number().nullable(),
  split: Split.optional(),
});

const Result = z.object({
  /** The path of model.json of the final checkpoint. */
  out: z.string(),
  folder: z.string(),
  steps: z.array(StepResult),
  /** Null if the recipe starts from random weights. */
  before: ModelTotals.nullable(),
  after: ModelTotals,
  metrics: RunMetrics,
  /** The main metrics once more where they are accuracies: earlier versions read and wrote these. */
  accuracy: RunAccuracy,
  sampleData: z.boolean(),
  /** The reason why nothing was measured, if so. */
  noAccuracy: z.string().optional(),
  /** Side effects and doubts, a sentence each. */
  notes: z.array(z.string()).optional(),
  /** A sentence for each thing that would make the packed file smaller, as in an inspection of the final checkpoint. */
  advice: z.array(z.string()).optional(),
  /** The normalization of the pixels, if something was measured. Absent in runs of earlier versions. */
  normalization: NormalizationInUse.optional(),
  /** Every layer of the final checkpoint. Earlier versions wrote neither layers nor times. */
  layers: z.array(LayerFigures).optional(),
  /** Sizes of the weights; those after each step are in its result. Absent in runs of earlier versions. */
  sizes: RunSizes.optional(),
  /** The duration without pauses between resumed parts, and the end in ISO 8601. */
  seconds: z.number().optional(),
  finished: z.string().optional(),
  /** The written files of the checkpoint; absent if no step changes the model, and in runs of earlier versions. */
  written: StoredHashes.optional(),
  /** The checkpoints of epochs that were removed at the end of the run, and their bytes; absent where none were. */
  freed: z.object({ checkpoints: z.number(), bytes: z.number() }).optional(),
  /** The figures of model.onnx, where activations are quantized and there was data. */
  onnx: OnnxFigures.optional(),
});

/** A finished run. */
export type RunResult = z.infer<typeof Result>;

/** Says in one sentence which checkpoints of epochs a run removed at its end; undefined where it kept all. */
export const freedWords = ({ freed }: Pick<RunResult, 'freed'>): string | undefined =>
  freed &&
  t(
    '{0} of epochs removed, which frees {1}; keep them next time by "keepEpochs" in the recipe.',
    plural(freed.checkpoints, 'checkpoint'),
    bytes(freed.bytes),
  );

/** Makes the metrics of a result, with the accuracies that earlier versions read. */
export function runMetrics(metrics: RunMetrics): Pick<RunResult, 'metrics' | 'accuracy'> {
  const { before, afterPrune, afterFineTune, split } = metrics;
  return {
    metrics,
    accuracy: {
      before: mainAccuracy(before) ?? null,
      afterPrune: mainAccuracy(afterPrune) ?? null,
      afterFineTune: mainAccuracy(afterFineTune) ?? null,
      ...(split ? { split } : {}),
    },
  };
}

/** A result of an earlier version. */
const Earlier = z.looseObject({ metrics: z.undefined().optional(), accuracy: RunAccuracy });

const metricsOf = (accuracy: number | null): MetricValues | null =>
  accuracy === null ? null : [measured('accuracy', accuracy)];

/** Reads a result; one of an earlier version gets metrics from its accuracies. */
export const RunResult = z.preprocess((value: RunResult): unknown => {
  const { data } = Earlier.safeParse(value);
  if (!data) return value;
  const { before, afterPrune, afterFineTune, split } = data.accuracy;
  const [was, pruned, tuned] = [before, afterPrune, afterFineTune].map(metricsOf);
  return { ...data, metrics: { before: was, afterPrune: pruned, afterFineTune: tuned, split } };
}, Result);
