import type { Histogram } from '../../protocol/measure';

/** The drawn counts of weights, in bins of equal width with 0 among the edges. */
export interface Bins {
  /** Lower edge of the first bin. */
  start: number;
  width: number;
  counts: readonly number[];
  /** Weights of the histogram outside these bins. */
  outside: number;
}

/** The share of weights on each side that may be left out, so that a few far ones do not flatten the others. */
const TAIL = 0.0005;
/** Bins on each side of 0 that are always kept. */
const KEPT = 4;

/** The number of bins at the far end of a side that are too empty to draw. */
function tail(counts: readonly number[], allowed: number): number {
  let left = allowed;
  let bins = 0;
  for (const count of counts) {
    left -= count;
    if (left < 0) break;
    bins++;
  }
  return Math.max(0, Math.min(bins, counts.length - KEPT));
}

/**
 * The bins of a histogram, merged to about `merged` or fewer. Whole bins are merged, counted from 0, so that every count
 * stays exact. Unless `whole`, the far tails are left out and counted in `outside`.
 */
export function binsToDraw(histogram: Histogram, most: number, whole: boolean): Bins {
  const { counts, start, width } = histogram;
  const zero = Math.max(0, Math.min(counts.length, Math.round(-start / width)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const allowed = whole ? 0 : total * TAIL;
  const from = whole ? 0 : tail(counts.slice(0, zero), allowed);
  const to = counts.length - (whole ? 0 : tail(counts.slice(zero).reverse(), allowed));
  const merge = Math.max(1, Math.ceil((to - from) / Math.max(1, most)));
  const below = Math.ceil((zero - from) / merge);
  const above = Math.ceil((to - zero) / merge);
  const merged = new Array<number>(below + above).fill(0);
  let drawn = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const at = below + Math.floor((bin - zero) / merge);
    if (at < 0 || at >= merged.length) continue;
    merged[at]! += counts[bin]!;
    drawn += counts[bin]!;
  }
  const finite = histogram.count - histogram.zeros - histogram.nan - histogram.infinite;
  return { start: -below * width * merge, width: width * merge, counts: merged, outside: Math.max(0, finite - drawn) };
}

/** The least number of bins of a histogram that a drawing may be narrowed to. */
const LEAST = 8;

/** The bins between two values, merged to about `most` or fewer, with 0 among the edges of all bins; the rest is `outside`. */
export function binsBetween(histogram: Histogram, [from, to]: readonly [number, number], most: number): Bins {
  const { counts, start, width } = histogram;
  const zero = Math.round(-start / width);
  let first = Math.max(0, Math.floor((from - start) / width));
  let last = Math.min(counts.length, Math.max(first + 1, Math.ceil((to - start) / width)));
  if (last - first < LEAST) {
    first = Math.max(0, Math.min(counts.length - LEAST, Math.floor((first + last - LEAST) / 2)));
    last = Math.min(counts.length, first + LEAST);
  }
  const merge = Math.max(1, Math.ceil((last - first) / Math.max(1, most)));
  const [low, high] = [Math.floor((first - zero) / merge), Math.ceil((last - zero) / merge)];
  const merged = new Array<number>(high - low).fill(0);
  let drawn = 0;
  for (let bin = Math.max(0, zero + low * merge); bin < Math.min(counts.length, zero + high * merge); bin++) {
    merged[Math.floor((bin - zero) / merge) - low]! += counts[bin]!;
    drawn += counts[bin]!;
  }
  const finite = histogram.count - histogram.zeros - histogram.nan - histogram.infinite;
  return { start: low * merge * width, width: merge * width, counts: merged, outside: Math.max(0, finite - drawn) };
}
