import { expect, test } from 'vitest';
import { sharesOf, stepPath } from '../../../src/webview/compare/overlay-shares';

test('models of different sizes are shares of their own weights, zeros included; far tails are left out', () => {
  const counts = (middle: number): number[] =>
    Array.from({ length: 40 }, (_, bin) => (bin > 10 && bin < 30 ? middle : 0));
  const shares = sharesOf({
    ...{ start: -2, width: 0.1 },
    a: { zeros: 0, counts: counts(10) },
    b: { zeros: 190, counts: counts(10) },
  });
  expect(shares.start).toBeCloseTo(-0.9);
  expect(shares.a).toHaveLength(19);
  expect(shares.a?.[0]).toBeCloseTo(1 / 19);
  expect(shares.b?.[0]).toBeCloseTo(1 / 38);
});

test('a missing side has no shares', () => {
  expect(sharesOf({ start: 0, width: 1, a: { zeros: 0, counts: [1, 2] }, b: null }).b).toBeNull();
});

test('steps start and end on the base line', () => {
  expect(stepPath([0.5, 1], 1, 10, 20)).toBe('M0 20V10.00H5.00V0.00H10.00V20z');
});
