/** One line of the bench: a figure measured now, beside the one to reach. */
export interface BenchLine {
  what: string;
  value: number;
  unit: string;
  /** For a person: `<= 50`, `>= 0.8`; empty where there is nothing to reach. */
  target: string;
  met: boolean;
}

/** A line whose value may be `limit` and not more. */
export const atMost = (what: string, value: number, unit: string, limit: number): BenchLine => ({
  ...{ what, value, unit },
  target: `<= ${limit}`,
  met: value <= limit,
});

/** A line whose value may be `limit` and not less. */
export const atLeast = (what: string, value: number, unit: string, limit: number): BenchLine => ({
  ...{ what, value, unit },
  target: `>= ${limit}`,
  met: value >= limit,
});

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) throw new RangeError('no values');
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least 95 of 100 values do not exceed (nearest rank). */
export function percentile95(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1]!;
}
