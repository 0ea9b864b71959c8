import { SIZE_SHIFT } from '../../checkpoint/survey';
import { lostBy, type RankedLayer } from './ranking';
import type { ScoresInOrder } from './scores-in-order';

/** The groups of one layer that are pruned: every group with a score below `below`, and the first `ties` groups that equal it. */
export interface Selection {
  readonly below: number;
  readonly ties: number;
  /** Number of pruned groups, including those that were 0 before. */
  readonly count: number;
  /** The threshold to show: groups with a smaller score are 0. */
  readonly threshold: number;
  /** True where the layer would have lost its last group and kept its largest instead. */
  readonly keptLargest: boolean;
}

/** Returns how many groups a layer may lose: all but one, unless it may be emptied or is empty already. */
export function capacity({ scores }: RankedLayer, allowEmpty: boolean): number {
  return allowEmpty ? scores.length : Math.max(scores.countUpTo(0), scores.length - 1);
}

/** Counts the weights that are 0 after pruning the first `groups` groups; where each weight is a group, zeros count as pruned. */
function zeroed(layer: RankedLayer, groups: number): number {
  return layer.held ? layer.zeros + lostBy(layer, groups) : groups;
}

/** Finds the number of groups, `least` to `most`, whose zeros come nearest to `weights`; the smaller one of two equally near. */
export function groupsFor(layer: RankedLayer, weights: number, least = 0, most = layer.scores.length): number {
  let [low, high] = [least, most];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (zeroed(layer, middle) < weights) low = middle + 1;
    else high = middle;
  }
  return low > least && weights - zeroed(layer, low - 1) <= zeroed(layer, low) - weights ? low - 1 : low;
}

/** Selects the groups with scores below a threshold, as far as the layer's capacity goes. */
export function selectBelow(layer: RankedLayer, threshold: number, allowEmpty: boolean): Selection {
  const count = layer.scores.countBelow(threshold);
  if (count > capacity(layer, allowEmpty)) return selectSmallest(layer, count, allowEmpty);
  return { below: threshold, ties: 0, count, threshold, keptLargest: false };
}

/** Returns the largest score; 0 where there is none. */
const largestOf = (scores: ScoresInOrder): number => (scores.length === 0 ? 0 : scores.at(scores.length - 1));

/** Selects exactly the `count` groups with the smallest scores, as far as the layer's capacity goes. */
export function selectSmallest(layer: RankedLayer, count: number, allowEmpty: boolean): Selection {
  const { scores } = layer;
  const most = capacity(layer, allowEmpty);
  const selected = Math.min(count, most);
  const below = selected > 0 ? scores.at(selected - 1) : 0;
  return {
    below,
    ties: selected - scores.countBelow(below),
    count: selected,
    threshold: selected < scores.length ? scores.at(selected) : justAbove(largestOf(scores)),
    keptLargest: count > most,
  };
}

/**
 * Selects the smallest scores over all layers until `count` weights are 0, or the nearest number that whole groups allow. Of
 * equal scores, the first in the order of layers and weights comes first. A layer keeps its last group; the next smallest
 * group of another layer is selected instead.
 * @returns a selection for each layer; together fewer than `count` only where every layer is down to its last group
 */
export function selectGlobally(layers: readonly RankedLayer[], count: number, allowEmpty: boolean): Selection[] {
  const most = layers.map((layer) => capacity(layer, allowEmpty));
  const boundary = smallestScore(reaching(layers, most, count));
  const counts = layers.map(({ scores }, i) => Math.min(most[i]!, scores.countBelow(boundary)));
  let left = count - layers.reduce((total, layer, i) => total + zeroed(layer, counts[i]!), 0);
  layers.forEach((layer, i) => {
    const before = zeroed(layer, counts[i]!);
    const last = Math.max(counts[i]!, Math.min(most[i]!, layer.scores.countUpTo(boundary)));
    if (left > 0) counts[i] = groupsFor(layer, before + left, counts[i], last);
    left -= zeroed(layer, counts[i]!) - before;
  });
  const bound = layers.map(
    ({ scores }, i) => counts[i] === most[i] && most[i]! < scores.length && largestOf(scores) <= boundary,
  );
  // One threshold is shown for all: the smallest score that is kept, layers that kept their last weight left out.
  const kept = layers.flatMap(({ scores }, i) =>
    bound[i] || counts[i] === scores.length ? [] : [scores.at(counts[i]!)],
  );
  const threshold = kept.length > 0 ? Math.min(...kept) : justAbove(boundary);
  return layers.map((layer, i) => {
    const own = selectSmallest(layer, counts[i]!, allowEmpty);
    return bound[i] ? { ...own, keptLargest: true } : { ...own, threshold };
  });
}

/** Returns whether at least `count` weights are 0 once scores up to one are selected. @param most groups that each layer may lose */
const reaching =
  (layers: readonly RankedLayer[], most: readonly number[], count: number) =>
  (score: number): boolean =>
    layers.reduce((total, layer, i) => total + zeroed(layer, Math.min(most[i]!, layer.scores.countUpTo(score))), 0) >=
    count;

/** Returns the upper bits of the score up to which `selectGlobally` selects; scores that are elsewhere are not read for it. */
export const boundaryPattern = (layers: readonly RankedLayer[], count: number, allowEmpty: boolean): number =>
  upperBits(
    reaching(
      layers,
      layers.map((layer) => capacity(layer, allowEmpty)),
      count,
    ),
  );

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);
const LARGEST_FINITE = 0x7f7fffff;

/**
 * Finds the smallest float32, 0 or more, for which `enough` holds; the largest finite one if there is none.
 * The bit patterns of such numbers are in numerical order. The upper bits come first: scores that are elsewhere are read
 * only where the lower ones are asked for.
 */
function smallestScore(enough: (score: number) => boolean): number {
  const first = upperBits(enough) * 2 ** SIZE_SHIFT;
  return fromBits(
    smallest(first, Math.min(LARGEST_FINITE, first + 2 ** SIZE_SHIFT - 1), (pattern) => enough(fromBits(pattern))),
  );
}

/** Finds the upper bits of the score that `smallestScore` finds. */
const upperBits = (enough: (score: number) => boolean): number =>
  smallest(0, LARGEST_FINITE >>> SIZE_SHIFT, (pattern) =>
    enough(fromBits(Math.min(LARGEST_FINITE, (pattern + 1) * 2 ** SIZE_SHIFT - 1))),
  );

/** Finds the smallest whole number from which on `enough` holds; `most` where it holds for none below. */
function smallest(least: number, most: number, enough: (value: number) => boolean): number {
  let [low, high] = [least, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function fromBits(value: number): number {
  bits[0] = value;
  return floats[0]!;
}

/** Returns the next float32 above a score. */
function justAbove(score: number): number {
  floats[0] = score;
  return fromBits(Math.min(LARGEST_FINITE, bits[0]! + 1));
}
