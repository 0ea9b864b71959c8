import { sparsityOf } from '../../../protocol/figures';
import type { RestrictedLayer } from '../../../protocol/steps/restricted';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { isFloat, type FloatTensor } from '../../checkpoint/values';
import { roundingTo } from '../../checkpoint/stored-rounding';
import { entropyBits } from '../../entropy';
import { readGraph } from '../../model/graph';
import type { GraphLayer, GraphTensor } from '../../model/model-graph';
import { isAllFinite } from '../value-range';
import { protectedLayers } from '../layer-names';

/** A model whose kernels have few values, and the effect on each of its layers. */
export interface RestrictedModel {
  readonly model: ModelContent;
  readonly layers: readonly RestrictedLayer[];
  /** The tensors that were changed. */
  readonly changed: ReadonlyMap<string, GraphTensor>;
}

/** A tensor of floats. */
export type Weights = GraphTensor & { readonly tensor: FloatTensor };

/** Returns the tensors of a layer that hold floats. */
export const weightsIn = ({ tensors }: GraphLayer): Weights[] =>
  tensors.filter((one): one is Weights => isFloat(one.tensor));

/** Returns the kernels of a layer that can have few values. */
export const kernelsOf = (layer: GraphLayer): Weights[] => weightsIn(layer).filter(({ kernel }) => kernel);

/** Explains why the kernels of a layer cannot have few values; undefined where they can. */
export function whyNotRestricted(layer: GraphLayer): string | undefined {
  const kernels = kernelsOf(layer);
  if (kernels.length === 0) return 'it has no kernel of float32';
  const broken = kernels.find(({ tensor }) => !isAllFinite(tensor));
  return broken && `${broken.tensor.name} has values that are not numbers`;
}

/** Options of every such step. */
export interface RestrictOptions {
  readonly protect?: readonly string[] | undefined;
  readonly ends?: 'keep' | 'change' | undefined;
  /** Returns the new values of a kernel. @param layer index of its layer */
  readonly change: (kernel: Weights, layer: number) => Float32Array;
  /** Returns the code of a value in its filter; by default the value itself. */
  readonly code?: (value: number) => number;
}

/**
 * Lists for each layer the reason why a step leaves it alone; undefined where it does not.
 * @throws UserError where a protected name stands for no layer
 */
export function reasonsToKeep(
  model: ModelContent,
  { protect, ends }: Pick<RestrictOptions, 'protect' | 'ends'>,
): (string | undefined)[] {
  const { layers } = readGraph(model);
  const kept = protectedLayers(layers, protect);
  const weighted = layers.filter((layer) => whyNotRestricted(layer) === undefined);
  const outer = ends === 'keep' ? [weighted[0], weighted.at(-1)] : [];
  return layers.map(
    (layer) =>
      whyNotRestricted(layer) ??
      (kept.has(layer.name) ? `it is protected by "${kept.get(layer.name)}"` : undefined) ??
      (outer.includes(layer) ? `it is the ${layer === weighted[0] ? 'first' : 'last'} layer with weights` : undefined),
  );
}

/**
 * Gives the kernels of each layer new values. The model itself does not change.
 * @throws UserError where a protected name stands for no layer
 */
export function restricted(
  model: ModelContent,
  { protect, ends, change, code = (value) => value }: RestrictOptions,
): RestrictedModel {
  const { layers } = readGraph(model);
  const reasons = reasonsToKeep(model, { protect, ends });
  const tensors = new Map(model.tensors);
  const changed = new Map<string, GraphTensor>();
  const results = layers.map((layer, i): RestrictedLayer => {
    const { name } = layer;
    const reason = reasons[i];
    if (reason !== undefined) return { name, state: 'kept', reason };
    const kernels = kernelsOf(layer);
    for (const kernel of kernels) {
      const { tensor } = kernel;
      // A tensor of two layers is changed once.
      if (changed.has(tensor.name)) continue;
      const free = change(kernel, i);
      // A tensor that is stored in few bits stays so: its values are rounded once more.
      const data = tensor.quantization ? free.map(roundingTo(tensor.quantization)) : free;
      tensors.set(tensor.name, { ...tensor, data });
      changed.set(tensor.name, kernel);
    }
    const now = kernels.map(({ tensor }) => tensors.get(tensor.name)!.data);
    return { name, state: 'restricted', ...figuresOf(kernels, now, code) };
  });
  return { model: { ...model, tensors }, layers: results, changed };
}

function figuresOf(
  kernels: readonly Weights[],
  now: readonly Tensor['data'][],
  code: (value: number) => number,
): Pick<RestrictedLayer, 'values' | 'zeros' | 'error' | 'bits'> {
  let [change, size, weights] = [0, 0, 0];
  const counts = new Map<number, number>();
  for (const [k, { tensor }] of kernels.entries()) {
    const [before, after] = [tensor.data, now[k]!];
    weights += before.length;
    for (let i = 0; i < before.length; i++) {
      change += (after[i]! - before[i]!) ** 2;
      size += before[i]! ** 2;
      const coded = code(after[i]!);
      counts.set(coded, (counts.get(coded) ?? 0) + 1);
    }
  }
  return {
    values: counts.size,
    zeros: sparsityOf(counts.get(0) ?? 0, weights) ?? 0,
    error: size === 0 ? 0 : Math.sqrt(change / size),
    bits: weights === 0 ? 0 : entropyBits(counts.values()) / weights,
  };
}
