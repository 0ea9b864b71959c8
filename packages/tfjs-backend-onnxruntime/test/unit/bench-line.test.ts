import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atLeast, atMost, median, percentile95 } from '../../testing/bench-line';

const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 200 });

test('the median has as many values on either side', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  fc.assert(
    fc.property(values, (list) => {
      const middle = median(list);
      expect(list.filter((value) => value < middle).length).toBeLessThanOrEqual(list.length / 2);
      expect(list.filter((value) => value > middle).length).toBeLessThanOrEqual(list.length / 2);
    }),
  );
});

test('95 of 100 values do not exceed the 95th percentile, and it is one of them', () => {
  expect(percentile95(Array.from({ length: 100 }, (_, i) => i + 1))).toBe(95);
  expect(percentile95([7])).toBe(7);
  fc.assert(
    fc.property(values, (list) => {
      const limit = percentile95(list);
      expect(list).toContain(limit);
      expect(list.filter((value) => value <= limit).length).toBeGreaterThanOrEqual(0.95 * list.length);
    }),
  );
});

test('a figure on its target has met it, from either side', () => {
  expect([atMost('x', 50, 'ms', 50).met, atMost('x', 50.1, 'ms', 50).met]).toEqual([true, false]);
  expect([atLeast('x', 0.8, '', 0.8).met, atLeast('x', 0.79, '', 0.8).met]).toEqual([true, false]);
});
