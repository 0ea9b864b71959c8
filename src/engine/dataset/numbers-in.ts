/** Counts the elements of an example of this shape. */
export const numbersIn = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
