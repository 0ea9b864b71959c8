import type { ModelContent, Tensor, Tensors } from '../../checkpoint/types';
import { countsOf, keepCounts } from '../../checkpoint/survey';
import { isElsewhere } from '../../checkpoint/values';
import { withZeroOnGrid } from '../../checkpoint/zero-on-grid';
import { countNonzero } from '../../measure/inspect';
import { readGraph } from '../../model/graph';
import type { Selection } from './selection';
import type { PrunePlan } from './plan';
import { cutOf, prunedElsewhere, type Cut } from './apply-elsewhere';
import { isByMagnitude, lostBy, prunableIn, rank, scoreTensor, type ScoredTensor } from './ranking';

/** Masks by tensor name, for each kernel with zeros: 0 where a weight is pruned and stays 0, 1 where it may be trained. */
export type Masks = ReadonlyMap<string, Uint8Array>;

/** A pruned model: its tensors in the old order, and the masks that keep its zeros. */
export interface Pruned {
  readonly tensors: Tensors;
  readonly masks: Masks;
}

/**
 * Applies a plan to the model that it was made for. Returns new tensors; the model itself does not change.
 * Pruned weights become exactly 0. If the grid of a quantized tensor has no 0, the grid is moved.
 * Optimizer slots are left out, since they belong to weights that no longer exist.
 */
export function applyPrune(model: ModelContent, plan: PrunePlan): Pruned {
  const tensors = prunedTensors(model, plan);
  return { tensors, masks: zeroMasks({ ...model, tensors }) };
}

/** Applies a plan like `applyPrune`, but makes no masks: for previews. */
export function prunedTensors(model: ModelContent, plan: PrunePlan): Tensors {
  const replaced = new Map<string, Tensor>();
  for (const [place, layer] of readGraph(model).layers.entries()) {
    const selection = plan.selections.get(layer.name);
    if (!selection || selection.count === 0) continue;
    let { ties } = selection;
    const all = prunableIn(layer);
    for (const prunable of all) {
      const { tensor } = prunable;
      if (isElsewhere(tensor) && !tensor.quantization && isByMagnitude(plan.ranking)) {
        const ranked = all.length === 1 ? rank(model, plan.ranking)[place] : undefined;
        const cut = cutOf(tensor, selection.below, ties, ranked);
        ties -= cut.ties;
        const pruned = prunedElsewhere(tensor, cut);
        // The plan has counted a layer with one kernel. The files are counted anew when they are read back.
        if (ranked && losesSigns(tensor, cut))
          keepCounts(pruned, { nonzero: countNonzero(tensor) - lostBy(ranked, selection.count), negativeZeros: 0 });
        replaced.set(tensor.name, pruned);
        continue;
      }
      const data = tensor.data.slice();
      ties = zeroInPlace(data, scoreTensor(prunable, plan.ranking), selection, ties);
      replaced.set(tensor.name, withZeroOnGrid({ ...tensor, data }));
    }
  }
  const tensors = new Map<string, Tensor>();
  for (const tensor of model.tensors.values()) {
    if (tensor.group !== 'optimizer') tensors.set(tensor.name, replaced.get(tensor.name) ?? tensor);
  }
  return tensors;
}

/** Returns true where no zero of a pruned tensor has a sign: each is cut to 0, or there was none. */
const losesSigns = (tensor: Tensor, { below, last }: Cut): boolean =>
  below > 0 || last === Infinity || countsOf(tensor).negativeZeros === 0;

/** Makes masks that keep the current zeros of all kernels, protected kernels included. */
export function zeroMasks(model: ModelContent): Masks {
  const masks = new Map<string, Uint8Array>();
  for (const { tensor, kernel, params } of readGraph(model).layers.flatMap(({ tensors }) => tensors)) {
    const { name } = tensor;
    if (!kernel || countNonzero(tensor) === params) continue;
    const { data } = tensor;
    const mask = new Uint8Array(data.length);
    for (let i = 0; i < data.length; i++) mask[i] = data[i] === 0 ? 0 : 1;
    masks.set(name, mask);
  }
  return masks;
}

/** @returns the number of ties that remain for the next tensors */
function zeroInPlace(
  data: Float32Array,
  { scores, groupOf }: ScoredTensor,
  { below }: Selection,
  ties: number,
): number {
  let left = ties;
  const pruned = new Uint8Array(scores.length);
  for (let group = 0; group < scores.length; group++) {
    const score = scores[group]!;
    if (score < below || (left > 0 && score === below && left-- > 0)) pruned[group] = 1;
  }
  for (let i = 0; i < data.length; i++) if (pruned[groupOf ? groupOf[i]! : i] === 1) data[i] = 0;
  return left;
}
