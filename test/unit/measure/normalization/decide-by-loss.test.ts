import { expect, it } from 'vitest';
import type { Answers } from '../../../../src/engine/measure/normalization/decide';
import { decideByLoss } from '../../../../src/engine/measure/normalization/decide-by-loss';

const COUNT = 200;
/** Answers whose losses lie around a mean. */
const around = (mean: number, by: number): Answers => ({
  normalization: { mean: 0, std: mean },
  guesses: new Int32Array(COUNT).fill(-1),
  losses: Float64Array.from({ length: COUNT }, (_, i) => mean * (1 + 0.3 * Math.sin(by * i))),
});
const [low, near, high] = [around(1, 1), around(1.1, 2), around(2, 3)];

it('takes the normalization with the lowest loss where all others cost clearly more', () => {
  expect(decideByLoss([high, low], () => true)?.best).toBe(low);
  expect(decideByLoss([low, high], () => true)?.best).toBe(low);
});

it('decides nothing where another one costs hardly more, or none knows anything', () => {
  expect(decideByLoss([low, near, high], () => true)).toBeUndefined();
  expect(decideByLoss([low, high], () => false)).toBeUndefined();
  expect(decideByLoss([], () => true)).toBeUndefined();
});

it('an output that is no number excludes a normalization', () => {
  const broken = { ...low, losses: low.losses.map((loss, i) => (i === 3 ? Infinity : loss)) };
  expect(decideByLoss([broken, high], () => true)?.best).toBe(high);
});
