import { lostBy, type RankedLayer } from './ranking';
import { countBelow, countUpTo } from './sorted';

/** What is cut from one layer: every group with a score below `below`, and the first `ties` of those that equal it, in their order. */
export interface Cut {
  readonly below: number;
  readonly ties: number;
  /** Groups that are cut, those that were 0 before included. */
  readonly count: number;
  /** The threshold to show: groups with a smaller score are 0. */
  readonly threshold: number;
  /** It would have lost its last group, and kept its best. */
  readonly keptLargest: boolean;
}

/** The most groups that a layer may lose: all but one, unless it may be emptied, or is empty already. */
export function capacity({ sorted }: RankedLayer, allowEmpty: boolean): number {
  return allowEmpty ? sorted.length : Math.max(countBelow(sorted, Number.MIN_VALUE), sorted.length - 1);
}

/** Weights that are 0 once the first `groups` groups are cut; where each weight is a group, zeros count as cut. */
function zeroed(layer: RankedLayer, groups: number): number {
  return layer.held ? layer.zeros + lostBy(layer, groups) : groups;
}

/** How many groups, from `least` to `most`, make the nearest number of zeros to `weights`; of equally near, the fewest. */
export function groupsFor(layer: RankedLayer, weights: number, least = 0, most = layer.sorted.length): number {
  let [low, high] = [least, most];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (zeroed(layer, middle) < weights) low = middle + 1;
    else high = middle;
  }
  return low > least && weights - zeroed(layer, low - 1) <= zeroed(layer, low) - weights ? low - 1 : low;
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
 * Cuts the smallest scores of all layers together until `count` weights are 0, or the nearest number that whole groups make;
 * of equal scores, the first in the order of layers and weights. Where a layer would lose its last group it keeps it and the
 * next smallest elsewhere is cut instead.
 * @returns a cut for each layer; together fewer than `count` only where every layer is down to its last group
 */
export function cutTogether(layers: readonly RankedLayer[], count: number, allowEmpty: boolean): Cut[] {
  const most = layers.map((layer) => capacity(layer, allowEmpty));
  const upTo = (score: number) =>
    layers.reduce((total, layer, i) => total + zeroed(layer, Math.min(most[i]!, countUpTo(layer.sorted, score))), 0);
  const boundary = smallestScore((score) => upTo(score) >= count);
  const counts = layers.map(({ sorted }, i) => Math.min(most[i]!, countBelow(sorted, boundary)));
  let left = count - layers.reduce((total, layer, i) => total + zeroed(layer, counts[i]!), 0);
  layers.forEach((layer, i) => {
    const before = zeroed(layer, counts[i]!);
    const last = Math.max(counts[i]!, Math.min(most[i]!, countUpTo(layer.sorted, boundary)));
    if (left > 0) counts[i] = groupsFor(layer, before + left, counts[i], last);
    left -= zeroed(layer, counts[i]!) - before;
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
