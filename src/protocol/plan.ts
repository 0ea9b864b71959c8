import * as z from 'zod';
import { OutputDifference } from './difference';
import { Progress, PrunedLayer } from './measure';
import { ModelTotals } from './model';
import { NormalizationInUse } from './normalization';
import { Removal } from './removal';

/** The counts of a layer before or after a step. */
export const PlannedSide = z.object({
  /** Channels of its output; null where that cannot be told. */
  width: z.number().nullable(),
  params: z.number(),
  nonzero: z.number(),
  /** Zeros over its kernel weights, 0 to 1; null without kernel weights. */
  sparsity: z.number().nullable(),
  /** Multiply-accumulates for one sample, dense and with a weight that is not 0; null where they cannot be inferred. */
  macs: z.number().nullable(),
  nonzeroMacs: z.number().nullable(),
});
export type PlannedSide = z.infer<typeof PlannedSide>;

/** What a step would do to a layer. Each layer of the model is there; one that a compressing step leaves alone has a reason. */
export const PlannedLayer = PrunedLayer.pick({
  name: true,
  threshold: true,
  outputError: true,
  untouched: true,
}).extend({
  /** Keras class name. */
  type: z.string(),
  /**
   * `pruned`, `protected`, `skipped`: see `PrunedLayer`; `removed`, `follows`: see `RemovedLayer`; `kept`: the step changes
   * no count of any layer.
   */
  state: z.enum(['pruned', 'removed', 'follows', 'protected', 'skipped', 'kept']),
  /** Why it is left alone, or only partly compressed. */
  reason: z.string().optional(),
  before: PlannedSide,
  after: PlannedSide,
});
export type PlannedLayer = z.infer<typeof PlannedLayer>;

/** The counts of a whole model before or after a step. */
export const PlannedTotals = ModelTotals.omit({ bytes: true, gzipBytes: true, brotliBytes: true }).extend({
  /** Multiply-accumulates with a weight that is not 0; null where those of a layer cannot be inferred. */
  nonzeroMacs: z.number().nullable(),
});
export type PlannedTotals = z.infer<typeof PlannedTotals>;

/** The counts of a model before and after a step. */
export const PlanCounts = z.object({
  layers: z.array(PlannedLayer),
  totals: z.object({ before: PlannedTotals, after: PlannedTotals }),
});
export type PlanCounts = z.infer<typeof PlanCounts>;

/** Bytes of the files of a checkpoint, as they are and each gzipped. */
const FileBytes = ModelTotals.pick({ bytes: true, gzipBytes: true });

/**
 * Bytes before and after a step. Afterwards they are those of the files that the step alone would write, without what a
 * run with data notes in model.json beside; null where only the run itself finds the weights.
 */
export const PlanBytes = z.object({
  before: FileBytes,
  after: FileBytes.nullable(),
  /**
   * Stored bytes of each layer, in the order of the counts. Where channels are removed, of all its weights; otherwise of
   * those that are not 0, since only compression gains from zeros.
   */
  layers: z.array(z.object({ before: z.number(), after: z.number().nullable() })),
});
export type PlanBytes = z.infer<typeof PlanBytes>;

/** Accuracy on the first `samples` validation images. */
export const PlanAccuracy = z.object({
  /** Of the model as it is. */
  baseline: z.number(),
  /** As planned; null where only the run itself finds the weights. */
  accuracy: z.number().nullable(),
  loss: z.number().nullable(),
  samples: z.number(),
  sampleData: z.boolean(),
  /** How the pixels entered the model, before and after. */
  normalization: NormalizationInUse,
});
export type PlanAccuracy = z.infer<typeof PlanAccuracy>;

/** News of a plan in this order: progress at any time, the counts, the bytes. */
export const PlanPart = z.discriminatedUnion('part', [
  z.object({ part: z.literal('progress'), progress: Progress }),
  z.object({ part: z.literal('counts'), counts: PlanCounts }),
  z.object({ part: z.literal('bytes'), bytes: PlanBytes }),
]);
export type PlanPart = z.infer<typeof PlanPart>;

/** What a step would come to, before anything is written: the answer to `plan`. */
export const StepPlan = z.object({
  /** `zeros`: weights become 0 and stay in the file; `channels`: the model becomes smaller; `same`: no count changes. */
  kind: z.enum(['zeros', 'channels', 'same']),
  counts: PlanCounts,
  bytes: PlanBytes,
  accuracy: PlanAccuracy.nullable(),
  /** Why accuracy was not measured: no dataset was chosen, for example. */
  noAccuracy: z.string().optional(),
  /** What the step brings with it, and what only the run finds, a sentence each. */
  notes: z.array(z.string()).optional(),
  /** The next five only where channels are removed: how much was asked for and goes, and what stops more. */
  ...Removal.pick({ asked: true, reached: true, stoppedBy: true, shortfall: true, notCompared: true }).shape,
  /** Largest difference of outputs between the smaller model and the masked one; null: they were not compared. */
  difference: OutputDifference.nullable().optional(),
});
export type StepPlan = z.infer<typeof StepPlan>;
