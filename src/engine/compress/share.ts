/**
 * A share of `count` things, 0 to 1, in no more digits than tell any number of them from the next: recipes are read by people.
 * Times `count`, it is nearest to the same whole number.
 */
export const shareOf = (count: number, share: number): number =>
  Number(share.toFixed(Math.floor(Math.log10(Math.max(1, count))) + 1));
