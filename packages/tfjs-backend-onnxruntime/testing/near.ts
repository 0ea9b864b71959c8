import { expect } from 'vitest';

/** Expects each number within 1e-4 of the expected one, relative to the larger of 1 and its magnitude. */
export function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what = 'values'): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [value, wanted] = [actual[i]!, expected[i]!];
    const near = Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted));
    if (!near) expect(value, `${what}, ${i}`).toBe(wanted); // NaN is correct if NaN is expected.
  }
}
