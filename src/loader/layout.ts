/**
 * Places of probabilities. A number takes 288: 32 for its length in unary, and 8 for each length for its upper bits.
 * Counts of nonzeros are in 32 classes, see `densityOf`.
 */
export const NUMBER = 288;
export const DENSITIES = 32;
/** Magnitudes, for each sign and class of the line; before them the counts of lines, for each class of another line. */
export const MAGNITUDES = DENSITIES * NUMBER;
/** Signs, for each class of the line. */
export const SIGNS = MAGNITUDES + 2 * DENSITIES * NUMBER;
export const PLACES = SIGNS + DENSITIES;

/** word = number + the word that stands for 0. */
export const WHOLE = 0;
/** The number is the place in a table, counted from 0 in both directions. */
export const TABLE = 1;
/** value = number x scale of the channel. */
export const GRID = 2;
/** The number is the exponent, counted down from the largest; the mantissa follows. */
export const FLOAT = 3;

/** Returns the class of a count: its length and its second bit. @param count 0 to 65535 */
export const densityOf = (count: number): number => {
  const top = 31 - Math.clz32(count);
  return count < 2 ? count : top * 2 + ((count >> (top - 1)) & 1);
};
