/** A figure measured once with each seed. */
export type BySeed = readonly number[];

/** The mean. */
export const mean = (values: BySeed): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Half of the way from the smallest to the largest: what is written after the ± of a mean. */
export const spread = (values: BySeed): number => (Math.max(...values) - Math.min(...values)) / 2;

/** A share as percent with two digits, as in `91.68 %`. */
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** Mean and spread in percent. */
export const meanAndSpread = (values: BySeed): string =>
  `${percent(mean(values))} ± ${(spread(values) * 100).toFixed(2)}`;
