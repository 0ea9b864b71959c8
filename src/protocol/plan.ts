import * as z from 'zod';
import { CompactLayer } from './compaction';
import { OutputDifference } from './difference';
import { Progress, PrunedLayer } from './measure';
import { MetricValues } from './metric';
import { ModelTotals } from './model';
import { NormalizationInUse } from './normalization';
import { Removal } from './removal';
import { NewPart } from './reshaping';
import { FactorizedLayer } from './steps/factorize';

/** The counts of a layer before or after a step. */
export const PlannedSide = z.object({
  /** Channels of its output; null if unknown. */
  width: z.number().nullable(),
  params: z.number(),
  nonzero: z.number(),
  /** Zeros over its kernel weights, 0 to 1; null without kernel weights. */
  sparsity: z.number().nullable(),
  /** Multiply-accumulates for one example, dense and nonzero; null if they cannot be inferred. */
  macs: z.number().nullable(),
  nonzeroMacs: z.number().nullable(),
});
export type PlannedSide = z.infer<typeof PlannedSide>;

/** How other layers replace one, and the loss of its outputs by that, as the report of the step tells them. */
export const Replacement = z.object({
  ...FactorizedLayer.pick({ scheme: true, ranks: true }).shape,
  ...CompactLayer.pick({ form: true }).shape,
  /** A number: of a factorized layer. Two: of compact convolutions and reconstructed weights, before and after a fit. */
  outputError: z
    .union([
      FactorizedLayer.shape.outputError.unwrap(),
      CompactLayer.shape.outputError.unwrap(),
      PrunedLayer.shape.outputError.unwrap(),
    ])
    .optional(),
});
export type Replacement = z.infer<typeof Replacement>;

/** The effect of a step on one layer. A plan lists every layer; one that a compressing step leaves alone has a reason. */
export const PlannedLayer = PrunedLayer.pick({
  name: true,
  threshold: true,
  untouched: true,
}).extend({
  ...Replacement.shape,
  /** Keras class name. */
  type: z.string(),
  /**
   * `pruned`, `protected`, `skipped`: see `PrunedLayer`; `removed`, `follows`: see `RemovedLayer`; `replaced`, `merged`,
   * `absorbs`, `dropped`: see `ReshapedLayer`; `kept`: the step changes no count of any layer; `new`, and again `dropped`:
   * only a student has it, or only its model.
   */
  state: z.enum(['pruned', 'removed', 'follows', 'protected', 'skipped', 'kept', 'replaced', 'merged', 'absorbs', 'dropped', 'new']), // prettier-ignore
  /** The layers in the place of a replaced one; sizes are their sums. */
  becomes: z.array(NewPart).optional(),
  /** The layer that computes it now. */
  into: z.string().optional(),
  /** The reason why it is left alone or compressed only in part. */
  reason: z.string().optional(),
  before: PlannedSide,
  after: PlannedSide,
});
export type PlannedLayer = z.infer<typeof PlannedLayer>;

/** The counts of a whole model before or after a step. */
export const PlannedTotals = ModelTotals.omit({
  ...{ bytes: true, gzipBytes: true, brotliBytes: true, packedBytes: true, idealBits: true, estimated: true },
}).extend({
  /** Nonzero multiply-accumulates; null if those of a layer cannot be inferred. */
  nonzeroMacs: z.number().nullable(),
});
export type PlannedTotals = z.infer<typeof PlannedTotals>;

/** The counts of a model before and after a step. */
export const PlanCounts = z.object({
  layers: z.array(PlannedLayer),
  totals: z.object({ before: PlannedTotals, after: PlannedTotals }),
});
export type PlanCounts = z.infer<typeof PlanCounts>;

/** Bytes of the files of a checkpoint, plain and gzipped one by one, and of the model as one packed file where that was asked for. */
const FileBytes = ModelTotals.pick({
  ...{ bytes: true, gzipBytes: true, packedBytes: true, idealBits: true, estimated: true },
});

/**
 * Bytes before and after a step. The bytes after it are those of the files that the step alone would write; notes that a
 * run with data adds to model.json are not counted. They are null if only the run itself finds the weights.
 */
export const PlanBytes = z.object({
  before: FileBytes,
  after: FileBytes.nullable(),
  /**
   * Stored bytes of each layer, in the order of the counts: of all its weights if channels are removed or layers replaced,
   * otherwise of its nonzero weights, because only compression gains from zeros.
   */
  layers: z.array(z.object({ before: z.number(), after: z.number().nullable() })),
});
export type PlanBytes = z.infer<typeof PlanBytes>;

/** Metrics on the first `samples` validation examples, the main one first. */
export const PlanMetrics = z.object({
  /** Metrics of the unchanged model. */
  before: MetricValues,
  /** Metrics after the step; null if only the run itself finds the weights. */
  after: MetricValues.nullable(),
  samples: z.number(),
  sampleData: z.boolean(),
  /** The normalization of the pixels, before and after. */
  normalization: NormalizationInUse,
});
export type PlanMetrics = z.infer<typeof PlanMetrics>;

/** The parts of a plan in this order: the counts, the bytes. Progress may come at any time. */
export const PlanPart = z.discriminatedUnion('part', [
  z.object({ part: z.literal('progress'), progress: Progress }),
  z.object({ part: z.literal('counts'), counts: PlanCounts }),
  z.object({ part: z.literal('bytes'), bytes: PlanBytes }),
]);
export type PlanPart = z.infer<typeof PlanPart>;

/** The expected result of a step, before anything is written: the answer to `plan`. */
export const StepPlan = z.object({
  /**
   * `zeros`: weights become 0 and stay in the file; `channels`: the model becomes smaller; `layers`: layers are replaced by
   * others; `same`: no count changes.
   */
  kind: z.enum(['zeros', 'channels', 'layers', 'same']),
  counts: PlanCounts,
  bytes: PlanBytes,
  metrics: PlanMetrics.nullable(),
  /** The reason why nothing was measured: for example, no dataset was chosen. */
  noAccuracy: z.string().optional(),
  /** Side effects of the step and facts that only the run finds, a sentence each. */
  notes: z.array(z.string()).optional(),
  /** Only if channels are removed or layers replaced: the requested and the reached amount, and the layers that stop more. */
  ...Removal.pick({ asked: true, reached: true, stoppedBy: true, shortfall: true, notCompared: true }).shape,
  /** Difference between the outputs of the model after the step and of its reference; null: not compared. */
  difference: OutputDifference.nullable().optional(),
});
export type StepPlan = z.infer<typeof StepPlan>;
