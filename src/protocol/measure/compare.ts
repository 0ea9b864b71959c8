import * as z from 'zod';
import { Evaluation } from './evaluation';
import { LayerFigures, ModelTotals } from '../model';

/** One side of a comparison. */
export const ComparedModel = z.object({
  name: z.string(),
  path: z.string(),
  weightsHash: z.string(),
  totals: ModelTotals,
  /** Null without data, or where the model cannot be run; `noAccuracy` then says why. */
  evaluation: Evaluation.nullable(),
  noAccuracy: z.string().optional(),
});
export type ComparedModel = z.infer<typeof ComparedModel>;

/** A layer in one of the models. */
export const ComparedSide = LayerFigures.omit({ name: true });
export type ComparedSide = z.infer<typeof ComparedSide>;

/** Weights of both models over the same bins, of equal width with an edge at 0; exact zeros apart. */
export const ComparedHistogram = z.object({
  start: z.number(),
  width: z.number(),
  a: z.object({ zeros: z.number(), counts: z.array(z.number()) }).nullable(),
  b: z.object({ zeros: z.number(), counts: z.array(z.number()) }).nullable(),
});
export type ComparedHistogram = z.infer<typeof ComparedHistogram>;

/** Layers are matched by name, whatever their widths; a side is null where the model has no layer of that name. */
export const ComparedLayer = z.object({
  name: z.string(),
  a: ComparedSide.nullable(),
  b: ComparedSide.nullable(),
  /** Of the prunable kernels; null where neither has any. */
  histogram: ComparedHistogram.nullable(),
});
export type ComparedLayer = z.infer<typeof ComparedLayer>;

/** The answer to `compare`. */
export const Comparison = z.object({
  a: ComparedModel,
  b: ComparedModel,
  layers: z.array(ComparedLayer),
  /** Prunable kernels of all layers together. */
  histogram: ComparedHistogram,
});
export type Comparison = z.infer<typeof Comparison>;
