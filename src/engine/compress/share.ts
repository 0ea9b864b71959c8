/**
 * Rounds a share of `count` things, 0 to 1, to as few digits as a recipe needs: its product with `count` still rounds to
 * the same whole number.
 */
export const shareOf = (count: number, share: number): number =>
  Number(share.toFixed(Math.floor(Math.log10(Math.max(1, count))) + 1));
