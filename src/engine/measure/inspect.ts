import path from 'node:path';
import { sparsityOf, sumMacs } from '../../protocol/figures';
import type { Packing } from '../../protocol/measure/packing';
import type { Inspection, LayerInfo, ModelTotals, TensorInfo } from '../../protocol/model';
import { readProvenance } from '../checkpoint/provenance';
import { fileSizes, type FileSizes, type SizeOptions } from '../checkpoint/sizes';
import { countIn, countsOf } from '../checkpoint/survey';
import type { Checkpoint, ModelContent, Tensor } from '../checkpoint/types';
import { isElsewhere } from '../checkpoint/values';
import { readGraph } from '../model/graph';
import type { GraphLayer } from '../model/model-graph';
import { macsForOf, withInputShape } from '../model/input-shapes';
import { bitsPerWeight } from './bits-per-weight';
import { whyNotRunnable } from '../model/runnable';

export interface InspectOptions extends SizeOptions {
  readonly inputShape?: readonly number[] | undefined;
  readonly files?: (() => Promise<FileSizes>) | undefined;
  readonly packed?: (() => Promise<Packing>) | undefined;
}

/**
 * Inspects a checkpoint without running it. It works with NaN weights and unknown layers too.
 * @param options whether brotli is measured; a signal that stops the measuring of sizes; how they are measured, where
 * they may be known, also those of a packed file; sizes of the input, where the model leaves them open
 * @throws UserError where a file has disappeared meanwhile, or the input shape does not fit
 */
export async function inspect(
  checkpoint: Checkpoint,
  { inputShape, packed, files = () => fileSizes(checkpoint, options), ...options }: InspectOptions = {},
): Promise<Inspection> {
  const { layers, totals } = figuresOf(checkpoint, inputShape);
  const [sizes, packing] = await Promise.all([files(), packed?.()]);
  const estimated = [...(sizes.estimated ?? []), ...(packing?.estimated ? (['packedBytes'] as const) : [])];
  const notRunnable = whyNotRunnable(checkpoint);
  const provenance = readProvenance(checkpoint);
  return {
    name: nameOf(checkpoint),
    path: checkpoint.path,
    format: checkpoint.format ?? 'layers-model',
    weightsHash: checkpoint.weightsHash,
    layers: packing ? withPacking(layers, packing) : layers,
    totals: {
      ...{ ...totals, ...sizes },
      ...(packing ? { packedBytes: packing.bytes, idealBits: packing.idealBits } : {}),
      ...(estimated.length === 0 ? {} : { estimated }),
    },
    ...(packing?.advice ? { advice: packing.advice } : {}),
    ...(notRunnable === undefined ? {} : { notRunnable }),
    ...(provenance === undefined ? {} : { provenance }),
    ...(checkpoint.warnings.length === 0 ? {} : { warnings: [...checkpoint.warnings] }),
  };
}

/** Layers are listed in the same order by both. */
const withPacking = (layers: readonly LayerInfo[], { layers: packed }: Packing): LayerInfo[] =>
  layers.map((layer, i) => {
    const { packedBits, idealBits } = packed[i] ?? {};
    return packedBits === undefined || idealBits === undefined ? layer : { ...layer, packedBits, idealBits };
  });

/** The figures of a model that do not depend on its files. */
export type ModelFigures = Omit<
  ModelTotals,
  'bytes' | 'gzipBytes' | 'brotliBytes' | 'packedBytes' | 'idealBits' | 'estimated'
>;

/**
 * Computes layers and totals of a model, written or not.
 * @param inputShape see `closeInputs`
 * @throws UserError where the input shape does not fit
 */
export function figuresOf(
  model: ModelContent,
  inputShape?: readonly number[],
): { layers: LayerInfo[]; totals: ModelFigures } {
  const layers = readGraph(inputShape ? withInputShape(model, inputShape) : model).layers.map(describeLayer);
  const macsFor = macsForOf(model, inputShape);
  return { layers, totals: { ...totalsOf(layers), ...(macsFor ? { macsFor } : {}) } };
}

/** Returns the name to show: the model's own, that of its file if it is telling, or that of its folder. */
export function nameOf(checkpoint: Checkpoint): string {
  const own = readGraph(checkpoint).name;
  if (own !== undefined) return own;
  const file = path.basename(checkpoint.path, path.extname(checkpoint.path));
  return file === 'model' ? path.basename(checkpoint.folder) : file;
}

const counted = new WeakMap<Tensor, number>();

/** Counts nonzero values; NaN and strings count too. Tensors are never changed in place, so each is counted once. */
export function countNonzero(tensor: Tensor): number {
  let nonzero = counted.get(tensor);
  if (nonzero === undefined) counted.set(tensor, (nonzero = count(tensor)));
  return nonzero;
}

function count(tensor: Tensor): number {
  const { dtype, shape } = tensor;
  if (dtype === 'string') return shape.reduce((size, dimension) => size * dimension, 1);
  return isElsewhere(tensor) ? countsOf(tensor).nonzero : countIn(dtype, tensor.data);
}

function describeLayer(layer: GraphLayer): LayerInfo {
  const tensors = layer.tensors.map(({ tensor, params, kernel, prunable, reason }): TensorInfo => ({
    name: tensor.name,
    shape: [...tensor.shape],
    dtype: tensor.dtype,
    params,
    nonzero: countNonzero(tensor),
    kernel,
    prunable,
    ...(reason === undefined ? {} : { reason }),
  }));
  const { name, type, outputShape, params, macs, prunable, reason } = layer;
  const kernels = sum(tensors.filter(({ kernel }) => kernel));
  return {
    name,
    type,
    outputShape: outputShape && [...outputShape],
    params,
    nonzero: sum(tensors).nonzero,
    sparsity: sparsityOf(kernels.params - kernels.nonzero, kernels.params),
    macs,
    bitsPerWeight: bitsPerWeight(layer),
    prunable,
    ...(reason === undefined ? {} : { reason }),
    tensors,
  };
}

function totalsOf(layers: readonly LayerInfo[]): ModelFigures {
  const all = layers.flatMap(({ tensors }) => tensors);
  const kernels = sum(all.filter(({ kernel }) => kernel));
  return {
    ...sum(all),
    kernelWeights: kernels.params,
    sparsity: sparsityOf(kernels.params - kernels.nonzero, kernels.params) ?? 0,
    macs: sumMacs(layers.map(({ macs }) => macs)),
  };
}

function sum(tensors: readonly TensorInfo[]): { params: number; nonzero: number } {
  return {
    params: tensors.reduce((total, tensor) => total + tensor.params, 0),
    nonzero: tensors.reduce((total, tensor) => total + tensor.nonzero, 0),
  };
}
