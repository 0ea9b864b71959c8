import { expect } from 'vitest';

/** That each number is as expected, within a ten-thousandth of it, or of 1 where it is smaller. */
export function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what = 'values'): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [value, wanted] = [actual[i]!, expected[i]!];
    const near = Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted));
    if (!near) expect(value, `${what}, ${i}`).toBe(wanted); // NaN is as expected where it is expected.
  }
}
