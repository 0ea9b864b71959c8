import { expect, it } from 'vitest';
import { entropyBits } from '../../src/engine/entropy';

it('is a bit for each of two symbols as frequent as each other, and none for one alone', () => {
  expect(entropyBits([8, 8])).toBe(16);
  expect(entropyBits([5, 0])).toBe(0);
  expect(entropyBits([])).toBe(0);
  expect(entropyBits([1, 2, 4, 1])).toBeCloseTo(8 * 1.75, 12);
});
