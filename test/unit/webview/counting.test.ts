import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layerDistribution, thresholdForZeros, zerosBelow } from '../../../src/webview/threshold/counting';
import { histogramOf } from './fixtures';

const weight = fc.double({ min: -2, max: 2, noNaN: true }).map((w) => (Math.abs(w) < 1e-12 ? 0 : w));
const weights = fc.array(weight, { minLength: 1, maxLength: 300 });

const share = fc.double({ min: 0, max: 2, noNaN: true });

test('the count below a threshold is exact to within its one magnitude bin', () => {
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 2.5, noNaN: true }), (values, threshold) => {
      const histogram = histogramOf('a', values);
      const exact = values.filter((w) => w === 0 || Math.abs(w) < threshold).length;
      const { max, counts } = histogram.magnitudes;
      const bin = max > 0 ? Math.min(counts.length - 1, Math.floor((threshold / max) * counts.length)) : 0;
      const neighbours = (counts[bin - 1] ?? 0) + (counts[bin] ?? 0) + (counts[bin + 1] ?? 0);
      expect(Math.abs(zerosBelow(histogram, threshold) - exact)).toBeLessThanOrEqual(neighbours);
    }),
  );
});

test('a higher threshold never prunes less, and none prunes more weights than exist', () => {
  fc.assert(
    fc.property(weights, share, share, (values, a, b) => {
      const histogram = histogramOf('a', values);
      const [low, high] = a < b ? [a, b] : [b, a];
      expect(zerosBelow(histogram, low)).toBeLessThanOrEqual(zerosBelow(histogram, high));
      expect(zerosBelow(histogram, high)).toBeLessThanOrEqual(values.length);
    }),
  );
});

test('a threshold of 0 leaves the zeros alone, and one above all weights prunes all', () => {
  const histogram = histogramOf('a', [0, 0, 0.5, -1]);
  expect(zerosBelow(histogram, 0)).toBe(2);
  expect(zerosBelow(histogram, Number.NaN)).toBe(2);
  expect(zerosBelow(histogram, 1.0001)).toBe(4);
});

test('the threshold for a number of zeros reaches it, and a slightly lower one does not', () => {
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const distribution = layerDistribution(histogramOf('a', values));
      const wanted = Math.round(share * values.length);
      const threshold = thresholdForZeros(distribution, wanted);
      if (threshold < distribution.max) expect(distribution.zerosBelow(threshold)).toBeGreaterThanOrEqual(wanted);
      if (threshold > 0) expect(distribution.zerosBelow(threshold - distribution.max * 1e-9)).toBeLessThan(wanted);
    }),
  );
});
