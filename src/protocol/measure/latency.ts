import * as z from 'zod';
import { MacsFor } from '../model';

/** Options of a latency measurement. Each run is one forward pass of a batch, including the read of its result. */
export const LatencyOptions = z.strictObject({
  batches: z
    .array(z.number().int().min(1).max(10_000))
    .min(1)
    .max(10)
    .default([1, 100])
    .describe('Images in one forward pass.'),
  runs: z.number().int().min(3).max(10_000).default(50).describe('Timed forward passes, for each batch size.'),
  warmUp: z.number().int().min(1).max(1000).default(5).describe('Forward passes before the timed ones.'),
});
export type LatencyOptions = z.infer<typeof LatencyOptions>;

/** Times of one forward pass in milliseconds. Half of all runs lie between the quartiles. */
export const LatencyFigures = z.object({
  median: z.number(),
  lowerQuartile: z.number(),
  upperQuartile: z.number(),
  min: z.number(),
  runs: z.number(),
});
export type LatencyFigures = z.infer<typeof LatencyFigures>;

/** A model with measured latency. MACs are dense, null if they cannot be inferred. */
export const TimedModel = z.object({
  name: z.string(),
  path: z.string(),
  params: z.number(),
  sparsity: z.number(),
  macs: z.number().nullable(),
  /** The input sizes of the measurement, if the model leaves sizes open. */
  macsFor: MacsFor.optional(),
});
export type TimedModel = z.infer<typeof TimedModel>;

/** The answer to `latency`. Runs of two models alternate, so that other load on the machine affects both. */
export const Latency = z.object({
  model: TimedModel,
  other: TimedModel.nullable(),
  batches: z.array(
    z.object({
      batch: z.number(),
      model: LatencyFigures,
      other: LatencyFigures.nullable(),
      /** Median latency of the other model over that of the model: below 1 the other is faster. */
      ratio: z.number().nullable(),
    }),
  ),
  backend: z.object({ name: z.string(), version: z.string(), threads: z.number() }),
  /** Explanations of the figures, a sentence each: for example, why zeros give no speed. */
  note: z.string(),
});
export type Latency = z.infer<typeof Latency>;
