import { SIGNS } from '../../../loader/layout';
import { codeNumber, magnitudesAt, type NumberCoder } from './code-number';
import type { FloatWords, Steps } from './range-encoder';

/**
 * Lists the decisions of each sign and exponent that a float can have: the number is the distance of the exponent from the
 * largest, from 1.
 * @param floats with 1 + the largest exponent
 * @param density class of the line
 */
export function floatSteps(
  { words, mantissa, largest }: FloatWords & { readonly largest: number },
  density: number,
): Steps {
  const rows = 2 ** (words.BYTES_PER_ELEMENT * 8 - mantissa);
  const starts = new Uint32Array(rows + 1);
  const rests = new Uint8Array(rows);
  const values = new Uint32Array(rows);
  const steps: number[] = [];
  let row = 0;
  const listing: NumberCoder = {
    bit: (_all, at, bit) => void steps.push(at * 2 + bit),
    raw: (bits, value) => {
      rests[row] = bits;
      values[row] = value;
    },
  };
  for (; row < rows; row++) {
    starts[row] = steps.length;
    const number = largest - (row % (rows / 2));
    if (number < 1) continue;
    const negative = row < rows / 2 ? 0 : 1;
    steps.push((SIGNS + density) * 2 + negative);
    codeNumber(listing, NONE, magnitudesAt(negative, density), number - 1);
  }
  starts[row] = steps.length;
  return { starts, steps: Uint32Array.from(steps), rests, values };
}

const NONE = new Uint32Array(0);
