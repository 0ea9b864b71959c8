import * as z from 'zod';
import { OutputDifference } from './difference';
import { MacsFor } from './model';

/** Channels, parameters and dense multiply-accumulates of a layer or model; null if they cannot be inferred. */
export const LayerSize = z.object({ width: z.number().nullable(), params: z.number(), macs: z.number().nullable() });
const ModelSize = LayerSize.omit({ width: true }).extend({ macsFor: MacsFor.optional() });

/** The effect of removing channels on one layer, done or planned. */
export const RemovedLayer = z.object({
  name: z.string(),
  type: z.string(),
  /**
   * `removed`: it lost some of the channels that it produces; `follows`: it produces none and is narrower because its input
   * is; `protected` by the step; `skipped`: as wide as before.
   */
  state: z.enum(['removed', 'follows', 'protected', 'skipped']),
  /** `width`: channels of its output. */
  before: LayerSize,
  after: LayerSize,
  /** The reason why it keeps its channels, or more of them than requested. */
  reason: z.string().optional(),
});
export type RemovedLayer = z.infer<typeof RemovedLayer>;

/** Figures of the whole model before and after. */
export const RemovalTotals = z.object({ before: ModelSize, after: ModelSize });
export type RemovalTotals = z.infer<typeof RemovalTotals>;

/** The requested amount of a remove step: a share of the whole model's channels, MACs or parameters, 0 to 1. */
export const AskedRemoval = z.object({ of: z.enum(['channels', 'macs', 'params']), share: z.number() });
export type AskedRemoval = z.infer<typeof AskedRemoval>;

/**
 * The removed amounts, as shares from 0 to 1. `channels`: of all produced channels, without protected ones and those of
 * the outputs; `params` and `macs`: of the whole model. MACs are null if they cannot be inferred.
 */
export const ReachedRemoval = z.object({ channels: z.number(), params: z.number(), macs: z.number().nullable() });
export type ReachedRemoval = z.infer<typeof ReachedRemoval>;

/** A layer through which channels cannot be followed, so that other layers must keep theirs. */
export const RemovalStop = z.object({
  layer: z.string(),
  type: z.string(),
  why: z.string(),
  /** The number of layers that keep channels because of it, itself included, and the number of these channels. */
  layers: z.number(),
  channels: z.number(),
});
export type RemovalStop = z.infer<typeof RemovalStop>;

/** The result of a remove step. */
export const Removal = z.object({
  layers: z.array(RemovedLayer),
  totals: RemovalTotals,
  /** Null if amounts were given for single layers, or all zeros are removed. Earlier versions wrote none of these four. */
  asked: AskedRemoval.nullable().optional(),
  reached: ReachedRemoval.optional(),
  /** In descending order of the channels that a layer stops. */
  stoppedBy: z.array(RemovalStop).optional(),
  /** If less was removed than requested: the amount and the reason, in one sentence. */
  shortfall: z.string().optional(),
  /** Null if outputs were not compared; `notCompared` gives the reason. */
  difference: OutputDifference.nullable(),
  notCompared: z.string().optional(),
});
export type Removal = z.infer<typeof Removal>;

/** The shift of the statistics of a recalibrated batch normalization. */
export const RecalibratedLayer = z.object({
  name: z.string(),
  /** Mean over its channels of |new mean - old mean| in old standard deviations. */
  meanShift: z.number(),
  /** Geometric mean over its channels of new variance over old. */
  varianceRatio: z.number(),
});
export type RecalibratedLayer = z.infer<typeof RecalibratedLayer>;
