import type { Chances } from '../../../loader/chances';
import { DENSITIES, MAGNITUDES, NUMBER } from '../../../loader/layout';
import type { RangeEncoder } from './range-encoder';

/** The part of a coder that a number needs. */
export type NumberCoder = Pick<RangeEncoder, 'bit' | 'raw'>;

/** Encodes a whole number from 0, see `NUMBER`. */
export function codeNumber(coder: NumberCoder, all: Chances, at: number, number: number): void {
  const value = number + 1;
  const length = 31 - Math.clz32(value);
  for (let i = 0; i < length; i++) coder.bit(all, at + i, 1);
  coder.bit(all, at + length, 0);
  let node = 1;
  let left = length;
  for (; left > 0 && node < 8; left--) {
    const bit = (value >>> (left - 1)) & 1;
    coder.bit(all, at + 32 + length * 8 + node, bit);
    node = node * 2 + bit;
  }
  if (left > 0) coder.raw(left, value & (2 ** left - 1));
}

/** Place of the probabilities of a magnitude. @param density class of the line */
export const magnitudesAt = (negative: number, density: number): number =>
  MAGNITUDES + (negative * DENSITIES + density) * NUMBER;
