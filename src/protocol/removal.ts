import * as z from 'zod';
import { OutputDifference } from './difference';
import { PreviewAccuracy } from './measure';

/** Channels, parameters and dense multiply-accumulates of a layer or model; null where they cannot be inferred. */
const LayerSize = z.object({ width: z.number().nullable(), params: z.number(), macs: z.number().nullable() });
const ModelSize = LayerSize.omit({ width: true });

/** What removing channels did, or would do, to one layer. */
export const RemovedLayer = z.object({
  name: z.string(),
  type: z.string(),
  /**
   * `removed`: some of the channels that it makes are gone; `follows`: it makes none, and is narrower because what feeds
   * it is; `protected`: by the step; `skipped`: left as wide as it was.
   */
  state: z.enum(['removed', 'follows', 'protected', 'skipped']),
  /** `width`: channels of its output. */
  before: LayerSize,
  after: LayerSize,
  /** Why it keeps its channels, or more of them than was asked for. */
  reason: z.string().optional(),
});
export type RemovedLayer = z.infer<typeof RemovedLayer>;

/** Figures of the whole model before and after. */
export const RemovalTotals = z.object({ before: ModelSize, after: ModelSize });
export type RemovalTotals = z.infer<typeof RemovalTotals>;

/** What a remove step came to. */
export const Removal = z.object({
  layers: z.array(RemovedLayer),
  totals: RemovalTotals,
  /** Null where the model cannot be run. */
  difference: OutputDifference.nullable(),
});
export type Removal = z.infer<typeof Removal>;

const WithBytes = ModelSize.extend({ bytes: z.number(), gzipBytes: z.number() });

/** What a remove step would come to; nothing is written. Without accuracy, `noAccuracy` says why. */
export const RemovalPlan = Removal.extend({
  totals: z.object({ before: WithBytes, after: WithBytes }),
  accuracy: PreviewAccuracy.nullable(),
  noAccuracy: z.string().optional(),
});
export type RemovalPlan = z.infer<typeof RemovalPlan>;

/** A batch normalisation whose statistics were measured anew: how far they moved. */
export const RecalibratedLayer = z.object({
  name: z.string(),
  /** Mean over its channels of |new mean - old mean| in old standard deviations. */
  meanShift: z.number(),
  /** Geometric mean over its channels of new variance over old. */
  varianceRatio: z.number(),
});
export type RecalibratedLayer = z.infer<typeof RecalibratedLayer>;
