import { countBelow, countUpTo, type RankedLayer } from './ranking';

/** What is cut from one layer: every score below `below`, and the first `ties` of those that equal it, in the weights' order. */
export interface Cut {
  readonly below: number;
  readonly ties: number;
  /** Weights that are cut, those that were 0 before included. */
  readonly count: number;
  /** The threshold to show: weights with a smaller score are 0. */
  readonly threshold: number;
  /** It would have lost its last weight, and kept its largest. */
  readonly keptLargest: boolean;
}

/** The most weights that a layer may lose: all but one, unless it may be emptied, or is empty already. */
export function capacity({ sorted, zeros }: RankedLayer, allowEmpty: boolean): number {
  return allowEmpty ? sorted.length : Math.max(zeros, sorted.length - 1);
}

/** Cuts the scores below a threshold, as far as the layer's capacity goes. */
export function cutBelow(layer: RankedLayer, threshold: number, allowEmpty: boolean): Cut {
  const count = countBelow(layer.sorted, threshold);
  if (count > capacity(layer, allowEmpty)) return cutCount(layer, count, allowEmpty);
  return { below: threshold, ties: 0, count, threshold, keptLargest: false };
}

/** Cuts exactly `count` of the smallest scores, as far as the layer's capacity goes. */
export function cutCount(layer: RankedLayer, count: number, allowEmpty: boolean): Cut {
  const { sorted } = layer;
  const most = capacity(layer, allowEmpty);
  const cut = Math.min(count, most);
  const below = cut > 0 ? sorted[cut - 1]! : 0;
  return {
    below,
    ties: cut - countBelow(sorted, below),
    count: cut,
    threshold: cut < sorted.length ? sorted[cut]! : justAbove(sorted.at(-1) ?? 0),
    keptLargest: count > most,
  };
}

/**
 * Cuts exactly `count` of the smallest scores of all layers together; of equal scores, the first in the order of layers
 * and weights. Where a layer would lose its last weight it keeps it and the next smallest elsewhere is cut instead.
 * @returns a cut for each layer; together fewer than `count` only where every layer is down to its last weight
 */
export function cutTogether(layers: readonly RankedLayer[], count: number, allowEmpty: boolean): Cut[] {
  const most = layers.map((layer) => capacity(layer, allowEmpty));
  const upTo = (score: number) =>
    layers.reduce((total, { sorted }, i) => total + Math.min(most[i]!, countUpTo(sorted, score)), 0);
  const boundary = smallestScore((score) => upTo(score) >= count);
  const counts = layers.map(({ sorted }, i) => Math.min(most[i]!, countBelow(sorted, boundary)));
  let left = count - counts.reduce((total, one) => total + one, 0);
  layers.forEach(({ sorted }, i) => {
    const equal = Math.min(left, Math.min(most[i]!, countUpTo(sorted, boundary)) - counts[i]!);
    counts[i]! += equal;
    left -= equal;
  });
  const bound = layers.map(
    ({ sorted }, i) => counts[i] === most[i] && most[i]! < sorted.length && sorted.at(-1)! <= boundary,
  );
  // One threshold is shown for all: the smallest score that is kept, layers that kept their last weight left out.
  const kept = layers.flatMap(({ sorted }, i) =>
    bound[i] || counts[i] === sorted.length ? [] : [sorted[counts[i]!]!],
  );
  const threshold = kept.length > 0 ? Math.min(...kept) : justAbove(boundary);
  return layers.map((layer, i) => {
    const cut = cutCount(layer, counts[i]!, allowEmpty);
    return bound[i] ? { ...cut, keptLargest: true } : { ...cut, threshold };
  });
}

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);
const LARGEST_FINITE = 0x7f7fffff;

/** The smallest float32, 0 or more, for which `enough` holds; the largest finite one where it never does. The bits of such numbers are in their order. */
function smallestScore(enough: (score: number) => boolean): number {
  let [low, high] = [0, LARGEST_FINITE];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (enough(fromBits(middle))) high = middle;
    else low = middle + 1;
  }
  return fromBits(low);
}

function fromBits(value: number): number {
  bits[0] = value;
  return floats[0]!;
}

/** The next float32 above a score, which every smaller one is below. */
function justAbove(score: number): number {
  floats[0] = score;
  return fromBits(Math.min(LARGEST_FINITE, bits[0]! + 1));
}
