import * as z from 'zod';
import { PreviewAccuracy } from './measure';
import { OutputDifference } from './difference';
import { MacsFor } from './model';

/**
 * A layer before or after a step. Where weights become 0, `bytes` and `macs` are those of the weights that are not 0:
 * files and inference only gain from them by compression; where channels are removed, all that is there.
 */
export const PlannedSide = z.object({
  /** Channels of its output; null where that cannot be told. */
  width: z.number().nullable(),
  /** Zeros over its kernel weights; null without kernel weights, and after channels were removed. */
  sparsity: z.number().nullable(),
  params: z.number(),
  bytes: z.number(),
  macs: z.number().nullable(),
});
export type PlannedSide = z.infer<typeof PlannedSide>;

/** What a step would do to a layer. Each layer of the model is there; one that is left alone has a reason. */
export const PlannedLayer = z.object({
  name: z.string(),
  state: z.enum(['pruned', 'removed', 'follows', 'protected', 'skipped']),
  reason: z.string().optional(),
  before: PlannedSide,
  after: PlannedSide,
});
export type PlannedLayer = z.infer<typeof PlannedLayer>;

const Totals = z.object({
  params: z.number(),
  nonzero: z.number(),
  /** Dense where channels are removed, otherwise those with a weight that is not 0. */
  macs: z.number().nullable(),
  macsFor: MacsFor.optional(),
  bytes: z.number(),
  gzipBytes: z.number(),
});

/** What a prune or remove step would come to, before anything is written. */
export const StepPlan = z.object({
  /** `zeros`: weights become 0 and stay in the file; `channels`: the model becomes smaller. */
  kind: z.enum(['zeros', 'channels']),
  layers: z.array(PlannedLayer),
  before: Totals,
  after: Totals,
  /** Largest difference of outputs between the smaller model and the masked one; only where channels are removed. */
  difference: OutputDifference.nullable(),
  notCompared: z.string().optional(),
  /** Where less can be removed than is asked for: one sentence that says how much, and why. */
  shortfall: z.string().optional(),
  accuracy: PreviewAccuracy.nullable(),
  noAccuracy: z.string().optional(),
  /** What storing the model brings with it, a sentence each. */
  notes: z.array(z.string()).optional(),
});
export type StepPlan = z.infer<typeof StepPlan>;
