import * as z from 'zod';
import { Evaluation } from './evaluation';
import { LayerFigures, ModelTotals } from '../model';

/** One side of a comparison. */
export const ComparedModel = z.object({
  name: z.string(),
  path: z.string(),
  weightsHash: z.string(),
  totals: ModelTotals,
  /** Null without data, or if the model cannot run; `noAccuracy` then gives the reason. */
  evaluation: Evaluation.nullable(),
  noAccuracy: z.string().optional(),
  /** As in an inspection. */
  advice: z.array(z.string()).optional(),
});
export type ComparedModel = z.infer<typeof ComparedModel>;

/** A layer in one of the models. */
export const ComparedSide = LayerFigures.omit({ name: true });
export type ComparedSide = z.infer<typeof ComparedSide>;

/** Weights of both models over the same bins. Bins have equal width and an edge at 0; exact zeros are counted apart. */
export const ComparedHistogram = z.object({
  start: z.number(),
  width: z.number(),
  a: z.object({ zeros: z.number(), counts: z.array(z.number()) }).nullable(),
  b: z.object({ zeros: z.number(), counts: z.array(z.number()) }).nullable(),
});
export type ComparedHistogram = z.infer<typeof ComparedHistogram>;

/** Layers are matched by name, whatever their widths. A side is null if its model has no layer of that name. */
export const ComparedLayer = z.object({
  name: z.string(),
  a: ComparedSide.nullable(),
  b: ComparedSide.nullable(),
  /** The prunable kernels of the layer; null if neither side has any. */
  histogram: ComparedHistogram.nullable(),
});
export type ComparedLayer = z.infer<typeof ComparedLayer>;

/** The answer to `compare`. */
export const Comparison = z.object({
  a: ComparedModel,
  b: ComparedModel,
  layers: z.array(ComparedLayer),
  /** The prunable kernels of all layers together. */
  histogram: ComparedHistogram,
});
export type Comparison = z.infer<typeof Comparison>;
