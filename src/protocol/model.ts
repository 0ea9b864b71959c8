import * as z from 'zod';
import { bytes, marked, plural } from './format';
import { t } from './l10n';
import { OutputDifference } from './difference';
import { MetricValue } from './metric';
import { Normalization } from './normalization';

/** One weight tensor of a checkpoint. */
export const TensorInfo = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.string(),
  params: z.number(),
  nonzero: z.number(),
  /** Kernels count towards sparsity; `prunable` ones may be pruned. */
  kernel: z.boolean(),
  prunable: z.boolean(),
  /** The reason why it is left alone. */
  reason: z.string().optional(),
});
export type TensorInfo = z.infer<typeof TensorInfo>;

/** Bits of a weight of a layer: of its kernel, or of all its weights where it has none. */
export const BitsPerWeight = z.object({
  /** Bits in the files. */
  stored: z.number(),
  /** Where the kernel has few values: different ones in units of their scale, and the entropy of one in bits. */
  few: z.object({ values: z.number(), entropy: z.number() }).optional(),
});
export type BitsPerWeight = z.infer<typeof BitsPerWeight>;

/** One layer with its current figures. */
export const LayerInfo = z.object({
  name: z.string(),
  type: z.string(),
  /** A size is null if the batch dimension or an unknown layer leaves it open; the shape is null if it cannot be inferred. */
  outputShape: z.array(z.number().nullable()).nullable(),
  params: z.number(),
  nonzero: z.number(),
  /** Zeros over the kernel weights of this layer, 0 to 1; null without kernel weights. */
  sparsity: z.number().nullable(),
  /** Dense multiply-accumulates for one example, over all calls of the layer; null if they cannot be inferred. */
  macs: z.number().nullable(),
  /** Null without weights. */
  bitsPerWeight: BitsPerWeight.nullable(),
  /** Bits of its weights in a packed file, and the entropy of their places and values; where packing was measured. */
  packedBits: z.number().optional(),
  idealBits: z.number().optional(),
  prunable: z.boolean(),
  /** The reason why it is left alone. */
  reason: z.string().optional(),
  tensors: z.array(TensorInfo),
});
export type LayerInfo = z.infer<typeof LayerInfo>;

/** The figures of a layer wherever checkpoints are listed or compared. */
export const LayerFigures = LayerInfo.pick({
  name: true,
  type: true,
  outputShape: true,
  params: true,
  nonzero: true,
  sparsity: true,
  macs: true,
  packedBits: true,
  idealBits: true,
});
export type LayerFigures = z.infer<typeof LayerFigures>;

/** The input sizes for which MACs are counted, if the model leaves sizes open; otherwise absent. */
export const MacsFor = z.object({
  /** Without the batch; null if a size could be anything, as a number of channels could. */
  shapes: z.array(z.array(z.number().nullable())),
  /** True if the sizes are the defaults. */
  assumed: z.boolean(),
});
export type MacsFor = z.infer<typeof MacsFor>;

/** Default sizes for inputs that a model leaves open: sides of images, sides of volumes, and steps of series and texts. */
export const DEFAULT_SIZES = { image: 224, volume: 64, steps: 128 } as const;

/** Whole numbers from 1, one per size of an input without the batch: `[224, 224, 3]`. */
export const InputShape = z.array(z.number().int().min(1).max(65_536)).min(1).max(5);

/** Input shapes in words: `224x224x3`. */
export const macsForWords = ({ shapes }: MacsFor): string =>
  shapes.map((shape) => shape.map((size) => size ?? '?').join('x')).join(t(' and '));

/** The figures of a whole checkpoint. */
export const ModelTotals = z.object({
  params: z.number(),
  nonzero: z.number(),
  kernelWeights: z.number(),
  /** Zeros over all kernel weights, 0 to 1. */
  sparsity: z.number(),
  /** Multiply-accumulates for one example, over every call of a shared layer; null if they cannot be inferred. */
  macs: z.number().nullable(),
  macsFor: MacsFor.optional(),
  /** Bytes of model.json and its shards as they are on disk. */
  bytes: z.number(),
  /** The same files, each gzipped at level 6. */
  gzipBytes: z.number(),
  /** The same files, each compressed by brotli at quality 5; only on request. */
  brotliBytes: z.number().optional(),
  /** Bytes of the model as one packed file; only on request, or where it is one. */
  packedBytes: z.number().optional(),
  /** Entropy of places and values of all weights, with the tables of their values; only on request. */
  idealBits: z.number().optional(),
  /** The figures that were computed from samples of large weights; absent where none was. */
  estimated: z.array(z.enum(['gzipBytes', 'brotliBytes', 'packedBytes'])).optional(),
});
export type ModelTotals = z.infer<typeof ModelTotals>;

/** Marks the text of a figure that was computed from samples. */
export const withEstimate = (
  { estimated }: Pick<ModelTotals, 'estimated'>,
  figure: NonNullable<ModelTotals['estimated']>[number],
  text: string,
): string => marked(!estimated?.includes(figure), text);

/** Formats the bytes of a figure, marked where they were computed from samples; a question mark where it is not known. */
export function sizeWords(
  sizes: Partial<Pick<ModelTotals, 'gzipBytes' | 'packedBytes' | 'estimated'>>,
  figure: 'gzipBytes' | 'packedBytes',
): string {
  const size = sizes[figure];
  return size === undefined ? '?' : withEstimate(sizes, figure, bytes(size));
}

/** The names of the inputs and outputs of a model, in its own order. */
export const ModelEnds = z.object({ inputs: z.array(z.string()), outputs: z.array(z.string()) });
export type ModelEnds = z.infer<typeof ModelEnds>;

/** The provenance that Secateur writes into a checkpoint. */
export const Provenance = z.looseObject({
  version: z.string(),
  recipe: z.unknown(),
  seed: z.number(),
  /** SHA-256 of the parent's weights, hex; null for a network that was trained from random weights. */
  parent: z.string().nullable(),
  backend: z.object({ name: z.string(), version: z.string(), threads: z.number() }),
  /**
   * Main metrics, each with its split and number of examples: an `accuracy`, from 0 to 1, or another `metric`.
   */
  accuracies: z.array(
    z.object({
      after: z.string(),
      split: z.string(),
      samples: z.number(),
      accuracy: z.number().optional(),
      metric: MetricValue.optional(),
      sampleData: z.boolean(),
    }),
  ),
  /** For each removal of channels or replacement of layers, the difference between the outputs and those of the reference. */
  removals: z.array(OutputDifference.extend({ after: z.string() })).optional(),
  dataset: z
    .object({
      name: z.string(),
      /** The normalization of the pixels; the next command takes it from here. */
      normalization: Normalization,
      classNames: z.array(z.string()),
    })
    .optional(),
});
export type Provenance = z.infer<typeof Provenance>;

/** The backend in words: `onnxruntime 1.27.0, 2 threads`. */
export const backendWords = ({ name, version, threads }: Provenance['backend']): string =>
  `${name} ${version}${t(', ')}${plural(threads, 'thread')}`;

/** The answer to `inspect`. */
export const Inspection = z.object({
  /** The model's name, or its folder's. */
  name: z.string(),
  path: z.string(),
  format: z.string(),
  /** SHA-256 of the weights as stored, hex. */
  weightsHash: z.string(),
  layers: z.array(LayerInfo),
  totals: ModelTotals,
  /** The reason why the model cannot be evaluated or trained, if it cannot. */
  notRunnable: z.string().optional(),
  provenance: Provenance.optional(),
  /** A sentence for each thing that would make the packed file smaller; absent where it is small, or was not measured. */
  advice: z.array(z.string()).optional(),
  /** Doubts about its files, a sentence each; absent without doubts. */
  warnings: z.array(z.string()).optional(),
});
export type Inspection = z.infer<typeof Inspection>;
