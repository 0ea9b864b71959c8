import * as z from 'zod';

/** Bits of the biases and of the normalization in a packed file; 32 keeps them as they are. */
export const SmallWeights = z.number().int().min(4).max(32);

/** Keeps the record of the runs (recipe, parent, accuracies) in a packed file, or leaves it out; the dataset stays. */
export const PackedHistory = z.enum(['keep', 'drop']);
export type PackedHistory = z.infer<typeof PackedHistory>;

/** The sizes of a model as one packed file. */
export const Packing = z.object({
  /** Bytes of the packed file. */
  bytes: z.number(),
  /** Bits of the description and of small files such as labels. */
  textBits: z.number(),
  /** Entropy of places and values of all weights, with the tables of their values. */
  idealBits: z.number(),
  /** Weights of no layer, such as slots of an optimizer, come last as `others`. */
  layers: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      params: z.number(),
      nonzero: z.number(),
      /** Bytes of its weights in shards. */
      bytes: z.number(),
      packedBits: z.number(),
      idealBits: z.number(),
    }),
  ),
  /** True where packed bytes and bits were computed from samples of large weights. */
  estimated: z.boolean().optional(),
  /** A sentence for each thing that would make it smaller; absent where it shrank well. */
  advice: z.array(z.string()).optional(),
});
export type Packing = z.infer<typeof Packing>;

/** The sizes of a model in a packed file, read back from it. */
export const PackedSizes = Packing.extend({
  /** Absolute path of the packed file. */
  file: z.string(),
  /** SHA-256 of all of it but its end, where it stands, hex. */
  sha256: z.string(),
  /** The same model as model.json and shards: bytes as they are, with gzip at level 6 and brotli at quality 5. */
  unpacked: z.object({
    bytes: z.number(),
    gzipBytes: z.number(),
    brotliBytes: z.number(),
    /** The figures that were computed from samples of large weights; absent where none was. */
    estimated: z.array(z.enum(['gzipBytes', 'brotliBytes'])).optional(),
  }),
  /** The largest change of a bias or of a number of the normalization; absent where they are as they were. */
  largestChange: z.object({ tensor: z.string(), change: z.number(), share: z.number() }).optional(),
});
export type PackedSizes = z.infer<typeof PackedSizes>;
