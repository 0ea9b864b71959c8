import type { ModelContent, Tensor } from '../../checkpoint/types';
import { countNonzero } from '../../measure/inspect';
import { readGraph, type GraphLayer } from '../../model/graph';
import { requireFinite } from '../../model/runnable';
import type { ImportanceScore } from './scores';

/** A layer with what a plan must know of it; counting for any threshold is a binary search in `sorted`. */
export interface RankedLayer {
  readonly layer: GraphLayer;
  /** Nonzero parameters of all its tensors, biases included. */
  readonly nonzero: number;
  /** Kernel weights, protected ones included, and how many of the protected ones are 0. */
  readonly kernelWeights: number;
  readonly protectedZeros: number;
  /** Scores of all prunable weights, ascending. */
  readonly sorted: Float32Array;
  /** How many prunable weights are 0. */
  readonly zeros: number;
  /** Sum and sum of squares of the prunable weights. */
  readonly sum: number;
  readonly squares: number;
}

const rankings = new WeakMap<ModelContent, Map<ImportanceScore, readonly RankedLayer[]>>();

/**
 * The layers of a model with their prunable weights in order of importance. Sorted once for each model.
 * @throws UserError where a prunable tensor holds NaN or infinite weights
 */
export function rank(model: ModelContent, score: ImportanceScore): readonly RankedLayer[] {
  const held = rankings.get(model) ?? new Map<ImportanceScore, readonly RankedLayer[]>();
  rankings.set(model, held);
  const known = held.get(score);
  if (known) return known;
  const ranked = readGraph(model).layers.map((layer) => rankLayer(layer, score));
  held.set(score, ranked);
  return ranked;
}

/** The tensors of a layer that are pruned, and their weights. */
export function prunableTensors(layer: GraphLayer): (Tensor & { readonly data: Float32Array })[] {
  return layer.tensors
    .filter(({ prunable }) => prunable)
    .map(({ tensor }) => tensor)
    .filter((tensor): tensor is Tensor & { readonly data: Float32Array } => tensor.data instanceof Float32Array);
}

function rankLayer(layer: GraphLayer, score: ImportanceScore): RankedLayer {
  const tensors = prunableTensors(layer);
  requireFinite(tensors, 'pruned');
  const sorted = new Float32Array(tensors.reduce((size, { data }) => size + data.length, 0));
  let offset = 0;
  let [sum, squares] = [0, 0];
  for (const { data } of tensors) {
    sorted.set(score.score(data), offset);
    offset += data.length;
    for (let i = 0; i < data.length; i++) {
      sum += data[i]!;
      squares += data[i]! * data[i]!;
    }
  }
  sorted.sort();
  const kernels = layer.tensors.filter(({ kernel }) => kernel);
  return {
    layer,
    nonzero: layer.tensors.reduce((total, { tensor }) => total + countNonzero(tensor), 0),
    kernelWeights: kernels.reduce((total, { params }) => total + params, 0),
    protectedZeros: kernels
      .filter(({ prunable }) => !prunable)
      .reduce((total, { tensor, params }) => total + params - countNonzero(tensor), 0),
    sorted,
    zeros: countBelow(sorted, Number.MIN_VALUE),
    sum,
    squares,
  };
}

/** How many of some ascending numbers are below `value`. */
export function countBelow(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of some ascending numbers are `value` or below. */
export function countUpTo(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The standard deviation of the prunable weights of some layers together; 0 where there are none. */
export function standardDeviation(layers: readonly RankedLayer[]): number {
  const total = (pick: (layer: RankedLayer) => number) => layers.reduce((all, layer) => all + pick(layer), 0);
  const count = total(({ sorted }) => sorted.length);
  if (count === 0) return 0;
  const mean = total(({ sum }) => sum) / count;
  return Math.sqrt(Math.max(0, total(({ squares }) => squares) / count - mean * mean));
}
