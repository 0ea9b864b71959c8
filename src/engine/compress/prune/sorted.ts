/** The smallest float32 above 0. */
export const SMALLEST_FLOAT = 2 ** -149;

type Ascending = Float32Array | Float64Array;

/** How many of some ascending numbers are below `value`. */
export const countBelow = (sorted: Ascending, value: number): number => firstWhere(sorted, (one) => one >= value);

/** How many of some ascending numbers are `value` or below. */
export const countUpTo = (sorted: Ascending, value: number): number => firstWhere(sorted, (one) => one > value);

/** The first place from which on `reached` holds, by bisection; their number where it never does. */
function firstWhere(sorted: Ascending, reached: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
