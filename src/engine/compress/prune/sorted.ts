/** The smallest float32 above 0. */
export const SMALLEST_FLOAT = 2 ** -149;

type Ascending = Float32Array | Float64Array;

/** Counts the numbers below `value` in an ascending array. */
export const countBelow = (sorted: Ascending, value: number): number => firstWhere(sorted, (one) => one >= value);

/** Counts the numbers up to and including `value` in an ascending array. */
export const countUpTo = (sorted: Ascending, value: number): number => firstWhere(sorted, (one) => one > value);

/** Finds the first index from which on `reached` holds, by bisection; the length of the array if it never holds. */
function firstWhere(sorted: Ascending, reached: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
