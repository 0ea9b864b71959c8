import * as z from 'zod';
import { Split } from './dataset';
import { NormalizationInUse } from './normalization';

/** How far a long task is. */
export const Progress = z.object({
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  /** Units a second. */
  rate: z.number(),
  secondsLeft: z.number(),
});
export type Progress = z.infer<typeof Progress>;

/** Counts of weights by value; never the weights. Bins have equal width and 0 is a bin edge. */
export const Histogram = z.object({
  /** The layer's name; null: the prunable kernels of all layers together. */
  layer: z.string().nullable(),
  count: z.number(),
  /** Exact zeros, not in `counts`. */
  zeros: z.number(),
  nan: z.number(),
  infinite: z.number(),
  /** Of the finite weights; 0 where there are none. */
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  std: z.number(),
  /** Lower edge of the first bin and the width of each. */
  start: z.number(),
  width: z.number(),
  counts: z.array(z.number()),
  /** Counts of |w| > 0 in equal bins from 0 to `max`, fine enough to count a threshold at once. */
  magnitudes: z.object({ max: z.number(), counts: z.array(z.number()) }),
});
export type Histogram = z.infer<typeof Histogram>;

/** The answer to `evaluate`. */
export const Evaluation = z.object({
  split: Split,
  samples: z.number(),
  /** Mean cross-entropy in nats. */
  loss: z.number(),
  /** 0 to 1. */
  accuracy: z.number(),
  perClass: z.array(z.object({ name: z.string(), samples: z.number(), accuracy: z.number() })),
  /** confusion[actual][predicted]: samples. */
  confusion: z.array(z.array(z.number())),
  samplesPerSecond: z.number(),
  dataset: z.object({ name: z.string(), sample: z.boolean() }),
  /** How the pixels entered the model. Absent in what earlier versions measured. */
  normalization: NormalizationInUse.optional(),
});
export type Evaluation = z.infer<typeof Evaluation>;

/** What pruning did, or would do, to one layer. */
export const PrunedLayer = z.object({
  name: z.string(),
  /** `protected`: never pruned, by its kind or by the step; `skipped`: nothing to prune, no amount, or the granularity does not fit. */
  state: z.enum(['pruned', 'protected', 'skipped']).optional(),
  /** Zeros over the layer's kernel weights afterwards; null without kernel weights. */
  sparsity: z.number().nullable(),
  /** Groups of weights with a score below it (|w| for magnitude) became 0; null where nothing was pruned, and for N:M. */
  threshold: z.number().nullable(),
  nonzero: z.number(),
  /** Why it was left alone, or only partly pruned. */
  reason: z.string().optional(),
  /** Where its kept weights were fitted anew: the squared error of its outputs over their variance, on the training images used, before and after that. */
  outputError: z.object({ before: z.number(), after: z.number() }).optional(),
  /** Tensors of it that are never pruned, such as its bias, each with the reason. */
  untouched: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
});
export type PrunedLayer = z.infer<typeof PrunedLayer>;
