import { SIGNS } from '../../../loader/layout';
import { MOST_NUMBER, type Steps } from './range-encoder';
import { codeNumber, magnitudesAt, type NumberCoder } from './code-number';

/**
 * Lists the decisions of each number that a float can have.
 * @param least smallest magnitude of the tensor
 * @param density class of the line
 */
export function floatSteps(least: number, density: number): Steps {
  const starts = new Uint32Array(2 * MOST_NUMBER + 2);
  const rests = new Uint8Array(2 * MOST_NUMBER + 1);
  const steps: number[] = [];
  let row = 0;
  const listing: NumberCoder = {
    bit: (_all, at, bit) => void steps.push(at * 2 + bit),
    raw: (bits) => {
      rests[row] = bits;
    },
  };
  for (let number = -MOST_NUMBER; number <= MOST_NUMBER; number++, row++) {
    starts[row] = steps.length;
    if (Math.abs(number) < least || number === 0) continue;
    const negative = number < 0 ? 1 : 0;
    steps.push((SIGNS + density) * 2 + negative);
    codeNumber(listing, NONE, magnitudesAt(negative, density), Math.abs(number) - least);
  }
  starts[row] = steps.length;
  return { starts, steps: Uint32Array.from(steps), rests };
}

const NONE = new Uint32Array(0);
