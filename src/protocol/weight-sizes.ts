import * as z from 'zod';

/** Sizes of weights. */
export const WeightSizes = z.object({
  /** Bytes in the shards. */
  bytes: z.number(),
  /** Entropy of places and values, with the tables of these; bits. */
  idealBits: z.number(),
});
export type WeightSizes = z.infer<typeof WeightSizes>;

/** The sizes of a layer before and after a run. */
const LayerSizes = z.object({
  name: z.string(),
  /** Null where the run made the layer. */
  before: WeightSizes.nullable(),
  after: WeightSizes,
});
export type LayerSizes = z.infer<typeof LayerSizes>;

/** The sizes of the weights of a model before and after a run. */
export const RunSizes = z.object({
  /** All weights before the run; null where it began without a checkpoint. */
  before: WeightSizes.nullable(),
  /** The layers with weights after the run. */
  layers: z.array(LayerSizes),
});
export type RunSizes = z.infer<typeof RunSizes>;
