import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOf } from '../../../src/engine/compress/share';

test('tells the same number of things, and nothing more', () => {
  const things = fc
    .integer({ min: 1, max: 100_000_000 })
    .chain((count) => fc.tuple(fc.constant(count), fc.integer({ min: 0, max: count })));
  fc.assert(
    fc.property(things, ([count, some]) => {
      // Counted from what is left, as shares of zeros are, with the noise of a difference.
      const share = shareOf(count, 1 - (count - some) / count);
      expect(Math.round(share * count)).toBe(some);
      expect(String(share).length).toBeLessThanOrEqual(2 + String(count).length);
    }),
  );
});

test('is short', () => {
  expect(shareOf(1280, 1 - 1084 / 1280)).toBe(0.1531);
  expect(shareOf(36_864, 10_903 / 36_864)).toBe(0.29576);
  expect(shareOf(3, 2 / 3)).toBe(0.7);
  expect(shareOf(0, 0)).toBe(0);
});
