import * as z from 'zod';

/** Counts of weights by value, never the weights. Bins have equal width, and 0 is a bin edge. */
export const Histogram = z.object({
  /** The layer's name; null: the prunable kernels of all layers together. */
  layer: z.string().nullable(),
  count: z.number(),
  /** Exact zeros, not in `counts`. */
  zeros: z.number(),
  nan: z.number(),
  infinite: z.number(),
  /** The smallest finite weight; 0 without finite weights. */
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  std: z.number(),
  /** The lower edge of the first bin, and the width of each bin. */
  start: z.number(),
  width: z.number(),
  counts: z.array(z.number()),
  /** Counts of |w| > 0 in equal bins from 0 to `max`, fine enough to count a threshold without the engine. */
  magnitudes: z.object({ max: z.number(), counts: z.array(z.number()) }),
});
export type Histogram = z.infer<typeof Histogram>;
