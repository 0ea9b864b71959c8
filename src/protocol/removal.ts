import * as z from 'zod';
import { OutputDifference } from './difference';
import { MacsFor } from './model';

/** Channels, parameters and dense multiply-accumulates of a layer or model; null where they cannot be inferred. */
const LayerSize = z.object({ width: z.number().nullable(), params: z.number(), macs: z.number().nullable() });
const ModelSize = LayerSize.omit({ width: true }).extend({ macsFor: MacsFor.optional() });

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

/** How much a remove step asks for, of what: a share of the whole model, 0 to 1. */
export const AskedRemoval = z.object({ of: z.enum(['channels', 'macs', 'params']), share: z.number() });
export type AskedRemoval = z.infer<typeof AskedRemoval>;

/**
 * What went, as shares from 0 to 1. `channels`: of those that the layers make, without protected ones and those of the
 * outputs; `params` and `macs`: of the whole model, MACs null where they cannot be inferred.
 */
export const ReachedRemoval = z.object({ channels: z.number(), params: z.number(), macs: z.number().nullable() });
export type ReachedRemoval = z.infer<typeof ReachedRemoval>;

/** A layer through which channels cannot be followed, so that others must keep theirs. */
export const RemovalStop = z.object({
  layer: z.string(),
  type: z.string(),
  why: z.string(),
  /** How many layers keep channels because of it, itself included, and how many channels these are. */
  layers: z.number(),
  channels: z.number(),
});
export type RemovalStop = z.infer<typeof RemovalStop>;

/** What a remove step came to. */
export const Removal = z.object({
  layers: z.array(RemovedLayer),
  totals: RemovalTotals,
  /** Null where single layers, or all that is zero, were asked for. These four are absent in runs of earlier versions. */
  asked: AskedRemoval.nullable().optional(),
  reached: ReachedRemoval.optional(),
  /** The one that stops most first. */
  stoppedBy: z.array(RemovalStop).optional(),
  /** Where less went than was asked for: one sentence that says how much, and why. */
  shortfall: z.string().optional(),
  /** Null where outputs were not compared; `notCompared` says why. */
  difference: OutputDifference.nullable(),
  notCompared: z.string().optional(),
});
export type Removal = z.infer<typeof Removal>;

/** A batch normalisation whose statistics were measured anew: how far they moved. */
export const RecalibratedLayer = z.object({
  name: z.string(),
  /** Mean over its channels of |new mean - old mean| in old standard deviations. */
  meanShift: z.number(),
  /** Geometric mean over its channels of new variance over old. */
  varianceRatio: z.number(),
});
export type RecalibratedLayer = z.infer<typeof RecalibratedLayer>;
