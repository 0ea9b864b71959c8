import * as z from 'zod';

/** Most cells of a sheet in each direction. */
export const MOST_CELLS = 160;
/** Most channels whose norms are listed. */
export const MOST_NORMS = 4096;

/**
 * The weights of a tensor as a picture: cells in rows. `filters`: a tile for each filter (down) and input channel (across), or
 * for each filter alone, in rows of `across`; `matrix`: inputs down, outputs across.
 */
export const WeightSheet = z.object({
  tensor: z.string(),
  shape: z.array(z.number()),
  form: z.enum(['filters', 'matrix']),
  rows: z.number().int().positive(),
  columns: z.number().int().positive(),
  /** Cells of a tile. */
  tile: z.object({ rows: z.number().int().positive(), columns: z.number().int().positive() }),
  /** Tiles of a row. */
  across: z.number().int().positive(),
  /** Output and input channels, and how many of them are shown, the first ones. */
  outputs: z.object({ shown: z.number(), of: z.number() }),
  inputs: z.object({ shown: z.number(), of: z.number() }),
  /** Weights of a cell. */
  block: z.object({ rows: z.number().int().positive(), columns: z.number().int().positive() }),
  /** The weight of the largest magnitude in each cell, row by row; null: there is none, or it is no number. */
  values: z.array(z.number().nullable()).max(MOST_CELLS ** 2),
  /** The share of zeros in each cell. */
  zeros: z.array(z.number()).max(MOST_CELLS ** 2),
  /** The largest finite magnitude of the whole tensor. */
  largest: z.number(),
  /** Euclidean norms of the weights of output channels, the largest first. */
  norms: z.array(z.object({ channel: z.number(), norm: z.number() })).max(MOST_NORMS),
});
export type WeightSheet = z.infer<typeof WeightSheet>;
