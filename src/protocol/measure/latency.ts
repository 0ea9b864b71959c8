import * as z from 'zod';
import { MacsFor } from '../model';

/** How latency is measured: each run is one forward pass of a batch, its answer read back. */
export const LatencyOptions = z.strictObject({
  batches: z
    .array(z.number().int().min(1).max(10_000))
    .min(1)
    .max(10)
    .default([1, 100])
    .describe('Images in one forward pass.'),
  runs: z.number().int().min(3).max(10_000).default(50).describe('Forward passes that are timed, for each batch size.'),
  warmUp: z.number().int().min(1).max(1000).default(5).describe('Forward passes before, which are not timed.'),
});
export type LatencyOptions = z.infer<typeof LatencyOptions>;

/** Times of one forward pass in milliseconds; half of all runs lie between the quartiles. */
export const LatencyFigures = z.object({
  median: z.number(),
  lowerQuartile: z.number(),
  upperQuartile: z.number(),
  min: z.number(),
  runs: z.number(),
});
export type LatencyFigures = z.infer<typeof LatencyFigures>;

/** A model whose latency was measured; MACs are dense, null where they cannot be inferred. */
export const TimedModel = z.object({
  name: z.string(),
  path: z.string(),
  params: z.number(),
  sparsity: z.number(),
  macs: z.number().nullable(),
  /** What was fed, where the model leaves sizes of its input open. */
  macsFor: MacsFor.optional(),
});
export type TimedModel = z.infer<typeof TimedModel>;

/** The answer to `latency`. With two models their runs take turns, so that whatever else the machine does meets both. */
export const Latency = z.object({
  model: TimedModel,
  other: TimedModel.nullable(),
  batches: z.array(
    z.object({
      batch: z.number(),
      model: LatencyFigures,
      other: LatencyFigures.nullable(),
      /** Median of the other over that of the model: below 1 the other is faster. */
      ratio: z.number().nullable(),
    }),
  ),
  backend: z.object({ name: z.string(), version: z.string(), threads: z.number() }),
  /** What the figures mean, in a sentence: why zeros give no speed, for example. */
  note: z.string(),
});
export type Latency = z.infer<typeof Latency>;
