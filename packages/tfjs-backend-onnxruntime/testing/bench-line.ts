/** One line of the bench: a measured figure and its target. */
export interface BenchLine {
  what: string;
  value: number;
  unit: string;
  /** The target as text: `<= 50`, `>= 0.8`; empty if there is none. */
  target: string;
  met: boolean;
}

/** Makes a line with a maximum. */
export const atMost = (what: string, value: number, unit: string, limit: number): BenchLine => ({
  ...{ what, value, unit },
  target: `<= ${limit}`,
  met: value <= limit,
});

/** Makes a line with a minimum. */
export const atLeast = (what: string, value: number, unit: string, limit: number): BenchLine => ({
  ...{ what, value, unit },
  target: `>= ${limit}`,
  met: value >= limit,
});

/**
 * The middle value, or the mean of the two middle values.
 *
 * @throws RangeError if there are no values
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) throw new RangeError('no values');
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The smallest value that at least 95 % of the values do not exceed (nearest rank).
 *
 * @throws RangeError if there are no values
 */
export function percentile95(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1]!;
}
