import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binsBetween, binsToDraw } from '../../../src/webview/histogram/bins';
import { shifted, zoomed } from '../../../src/webview/histogram/range';
import {
  BYTE_UNITS,
  COUNT_UNITS,
  PERCENT,
  barHeight,
  binAt,
  binEdges,
  countTicks,
  niceTicks,
  tickWords,
  toPixel,
  toValue,
  valueAxis,
} from '../../../src/webview/ui/scale';
import { heat } from '../../../src/webview/evaluation/heat';
import { histogramOf } from './fixtures';

// A histogram never has bins narrower than a double can resolve: the weights are float32.
const weight = fc.double({ min: -1, max: 1, noNaN: true }).map((w) => (Math.abs(w) < 1e-12 ? 0 : w));
const weights = fc.array(weight, { minLength: 2, maxLength: 300 });

test('no weight is lost between the drawn bins and those outside', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 16, max: 200 }), fc.boolean(), (values, most, whole) => {
      const histogram = histogramOf('a', values, 128);
      const bins = binsToDraw(histogram, most, whole);
      const drawn = bins.counts.reduce((sum, count) => sum + count, 0);
      expect(drawn + bins.outside + histogram.zeros).toBe(values.length);
      if (whole) expect(bins.outside).toBe(0);
      expect(bins.counts.length).toBeLessThanOrEqual(most + 2);
    }),
  );
});

test('0 stays an edge of the drawn bins', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 16, max: 200 }), (values, most) => {
      const bins = binsToDraw(histogramOf('a', values, 128), most, false);
      const edges = -bins.start / bins.width;
      expect(edges).toBeCloseTo(Math.round(edges), 6);
    }),
  );
});

test('a few far weights are left out so that the others are visible', () => {
  const bell = Array.from({ length: 10_000 }, (_, i) => ((i % 100) - 49.5) / 1000);
  const histogram = histogramOf('a', [...bell, 3, -3], 512);
  const bins = binsToDraw(histogram, 96, false);
  expect(bins.outside).toBe(2);
  expect(-bins.start).toBeLessThan(0.1);
  expect(binsToDraw(histogram, 96, true).start).toBeCloseTo(-3, 1);
});

test('pixels and values convert both ways', () => {
  fc.assert(
    fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (value) => {
      const axis = { from: -5, to: 5, width: 640 };
      expect(toValue(axis, toPixel(axis, value))).toBeCloseTo(value, 9);
    }),
  );
});

test('a value lies between the edges of its bin', () => {
  const bins = binsToDraw(histogramOf('a', [-1, -0.5, 0.25, 1], 64), 64, true);
  for (const value of [-0.99, -0.01, 0, 0.01, 0.99]) {
    const [from, to] = binEdges(bins, binAt(bins, value) ?? -1);
    expect(value).toBeGreaterThanOrEqual(from);
    expect(value).toBeLessThan(to);
  }
  expect(binAt(bins, 1.5)).toBeUndefined();
  expect(valueAxis(bins, 100)).toMatchObject({ from: -1, width: 100 });
});

test('one weight is visible among very many on a logarithmic scale', () => {
  expect(barHeight(1, 1e6, true)).toBeGreaterThan(0.04);
  expect(barHeight(1, 1e6, false)).toBeLessThan(1e-5);
  expect(barHeight(0, 10, true)).toBe(0);
  expect(barHeight(10, 10, true)).toBe(1);
});

test('ticks are round, inside, and not too many', () => {
  expect(niceTicks(-0.13, 0.13, 6)).toEqual([-0.1, -0.05, 0, 0.05, 0.1]);
  expect(niceTicks(1, 1, 5)).toEqual([]);
  expect(niceTicks(0.9012, 0.9031, 4)).toEqual([0.9015, 0.902, 0.9025, 0.903]);
  expect(countTicks(1000, true)).toEqual([1, 10, 100, 1000]);
  expect(countTicks(3, false)).toEqual([1, 2, 3]);
  expect(countTicks(93_000, false)).toEqual([20_000, 40_000, 60_000, 80_000]);
  expect(countTicks(2, false)).toEqual([1, 2]);
  expect(countTicks(0, false)).toEqual([]);
});

test('rare mistakes are visible beside a strong diagonal', () => {
  expect(heat(100, [100, 0])).toBe(1);
  expect(heat(1, [99, 1])).toBeCloseTo(0.1);
  expect(heat(0, [0, 0])).toBe(0);
});

test('an axis has three round ticks or more, with different labels', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-4, max: 1e6, noNaN: true }),
      fc.integer({ min: 1, max: 12 }),
      (from, size, wanted) => {
        const ticks = niceTicks(from, from + size, wanted);
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        for (const units of [PERCENT, BYTE_UNITS, COUNT_UNITS]) {
          const words = tickWords(ticks, units);
          if (ticks[1]! - ticks[0]! > 1e-3 * Math.max(...ticks.map(Math.abs)))
            expect(new Set(words).size).toBe(ticks.length);
        }
      },
    ),
  );
  expect(tickWords([0.9015, 0.902], PERCENT)).toEqual(['90.15%', '90.20%']);
  expect(tickWords([1_200_000, 1_250_000], BYTE_UNITS)).toEqual(['1.20 MB', '1.25 MB']);
  expect(tickWords([0, 500, 1000], COUNT_UNITS)).toEqual(['0.0 K', '0.5 K', '1.0 K']);
});

test('a part of a histogram has the counts of its own weights, an edge at 0, and the rest outside', () => {
  const within = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }));
  fc.assert(
    fc.property(weights, within, fc.integer({ min: 8, max: 60 }), (values, [a, b], most) => {
      const histogram = histogramOf('a', values, 128);
      const bins = binsBetween(histogram, [Math.min(a, b), Math.max(a, b)], most);
      const drawn = bins.counts.reduce((sum, count) => sum + count, 0);
      expect(drawn + bins.outside).toBe(values.filter((value) => value !== 0).length);
      expect(bins.counts.length).toBeLessThanOrEqual(most + 2);
      expect(Math.abs(Math.round(bins.start / bins.width) * bins.width - bins.start)).toBeLessThan(1e-9);
    }),
  );
});

test('a range is zoomed around a value and moved within all values', () => {
  expect(zoomed([-1, 1], 0.5, 0.5, [-1, 1])).toEqual([-0.25, 0.75]);
  expect(zoomed([-0.5, 0.5], 4, 0, [-1, 1])).toBeNull();
  expect(shifted([0.5, 1], 0.2, [-1, 1])).toEqual([0.5, 1]);
  expect(shifted([0, 0.5], -0.2, [-1, 1])).toEqual([-0.1, 0.4]);
});
