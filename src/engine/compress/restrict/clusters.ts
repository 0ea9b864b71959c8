import { nearestOf } from '../../nearest';

/** Bins of the histogram on which clusters are found. */
const BINS = 4096;
/** Passes over all weights that move the boundaries of clusters after that. */
const REFINEMENTS = 4;
/** The smallest normal float32: a value that stands for weights and is not 0. */
const SMALLEST = 2 ** -126;

/** The weights that fall into one bin: their number, their sum, and the sum of their squares. */
interface Bins {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Finds the values, at most `clusters`, that have the smallest summed squared distance from the weights other than 0: exactly
 * for a histogram of the weights (Wang and Song 2011), then moved to the means of all weights that are nearest to them
 * (Lloyd 1982). Needs no seed, since no start is drawn.
 * @returns values ascending, none of them 0; fewer where there are fewer different weights
 */
export function clustersOf(weights: Float32Array, clusters: number): Float32Array {
  const found = binned(weights);
  if (!found) return new Float32Array(0);
  let values = meansOf(found, optimalEnds(found, clusters));
  for (let i = 0; i < REFINEMENTS; i++) values = refined(weights, values);
  return Float32Array.from(new Set(values)).sort();
}

/** Collects the weights other than 0 in bins of one width, and leaves empty ones out; undefined where there are none. */
function binned(weights: Float32Array): Bins | undefined {
  let [least, most] = [Infinity, -Infinity];
  for (const weight of weights) {
    if (weight === 0) continue;
    if (weight < least) least = weight;
    if (weight > most) most = weight;
  }
  if (least > most) return undefined;
  const width = (most - least) / BINS;
  const bins = { count: new Float64Array(BINS), sum: new Float64Array(BINS), squares: new Float64Array(BINS) };
  for (const weight of weights) {
    if (weight === 0) continue;
    const bin = width > 0 ? Math.min(BINS - 1, Math.floor((weight - least) / width)) : 0;
    bins.count[bin]!++;
    bins.sum[bin]! += weight;
    bins.squares[bin]! += weight * weight;
  }
  const used = (_: number, i: number): boolean => bins.count[i]! > 0;
  return { sum: bins.sum.filter(used), squares: bins.squares.filter(used), count: bins.count.filter(used) };
}

const running = (numbers: Float64Array): Float64Array => {
  const sums = new Float64Array(numbers.length + 1);
  for (let i = 0; i < numbers.length; i++) sums[i + 1] = sums[i]! + numbers[i]!;
  return sums;
};

/**
 * Divides bins into clusters with the smallest squared distance from their means, by dynamic programming; the best start
 * of the last cluster never falls as bins are added, so each row takes O(n log n).
 * @returns the end of each cluster, exclusive
 */
function optimalEnds(bins: Bins, clusters: number): number[] {
  const bars = bins.count.length;
  const groups = Math.min(clusters, bars);
  const [count, sum, squares] = [running(bins.count), running(bins.sum), running(bins.squares)];
  /** The squared distance of the bins from `start` to before `end` from their mean. */
  const cost = (start: number, end: number): number => {
    const total = sum[end]! - sum[start]!;
    return squares[end]! - squares[start]! - (total * total) / (count[end]! - count[start]!);
  };
  let best = Float64Array.from({ length: bars + 1 }, (_, end) => (end === 0 ? 0 : cost(0, end)));
  const starts: Int32Array[] = [new Int32Array(bars + 1)];
  for (let group = 1; group < groups; group++) {
    const next = new Float64Array(bars + 1).fill(Infinity);
    const chosen = new Int32Array(bars + 1);
    const before = best;
    /** Fills the row between two ends; the best starts lie between two others. */
    const fill = (low: number, high: number, first: number, last: number): void => {
      if (low > high) return;
      const end = (low + high) >> 1;
      let [least, start] = [Infinity, first];
      for (let at = Math.max(first, group); at <= Math.min(last, end - 1); at++) {
        const total = before[at]! + cost(at, end);
        if (total < least) [least, start] = [total, at];
      }
      next[end] = least;
      chosen[end] = start;
      fill(low, end - 1, first, start);
      fill(end + 1, high, start, last);
    };
    fill(group + 1, bars, group, bars - 1);
    starts.push(chosen);
    best = next;
  }
  const ends: number[] = [];
  for (let group = groups - 1, end = bars; group >= 0; end = starts[group]![end]!, group--) ends.unshift(end);
  return ends;
}

/** Never 0, which would prune weights. */
const asValue = (mean: number): number => Math.fround(mean) || SMALLEST;

function meansOf({ count, sum }: Bins, ends: readonly number[]): Float32Array {
  const total = (numbers: Float64Array, start: number, end: number): number => {
    let all = 0;
    for (let i = start; i < end; i++) all += numbers[i]!;
    return all;
  };
  return Float32Array.from(ends, (end, i) => {
    const start = i === 0 ? 0 : ends[i - 1]!;
    return asValue(total(sum, start, end) / total(count, start, end));
  });
}

/** Moves each value to the mean of the weights that are nearest to it. A value without weights stays. */
function refined(weights: Float32Array, values: Float32Array): Float32Array {
  const [sums, counts] = [new Float64Array(values.length), new Float64Array(values.length)];
  const nearest = nearestOf(values);
  for (const weight of weights) {
    if (weight === 0) continue;
    const place = nearest(weight);
    sums[place]! += weight;
    counts[place]!++;
  }
  return values.map((value, i) => (counts[i] === 0 ? value : asValue(sums[i]! / counts[i]!))).sort();
}
