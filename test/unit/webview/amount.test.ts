import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PruneAmount } from '../../../src/protocol/steps/prune';
import {
  amountFor,
  largest,
  MODES,
  parseAmount,
  resolution,
  round,
  sliderEnd,
  steps,
  thresholdOf,
  toPruneAmount,
} from '../../../src/webview/threshold/amount';
import { layerDistribution } from '../../../src/webview/threshold/counting';
import { histogramOf } from './fixtures';

/** A bell of 2,000 weights. */
const bell = Array.from({ length: 2000 }, (_, i) => {
  const u = (i + 0.5) / 2000;
  return Math.log(u / (1 - u)) * 0.01;
});
const weights = layerDistribution(histogramOf('bell', bell));
const mode = fc.constantFrom(...MODES);

test('an amount in another mode has the same threshold, to the resolution of the mode', () => {
  fc.assert(
    fc.property(mode, fc.double({ min: 0.001, max: 0.05, noNaN: true }), (how, threshold) => {
      const amount = amountFor(how, threshold, weights);
      const back = thresholdOf(amount, weights);
      const tolerance = { absolute: 1e-5, sigma: 0.006 * weights.std, percent: 0.004 }[how];
      expect(Math.abs(back - threshold)).toBeLessThanOrEqual(tolerance);
    }),
  );
});

test('a line at 0 is an amount of 0 in each mode, even if there are zeros', () => {
  const sparse = layerDistribution(histogramOf('sparse', [0, 0, 0, 0.1, -0.2]));
  for (const how of MODES) expect(amountFor(how, 0, sparse)).toEqual({ mode: how, value: 0 });
});

test('shown values have no noise of binary fractions', () => {
  fc.assert(
    fc.property(mode, fc.double({ min: 0, max: 1, noNaN: true }), (how, share) => {
      const shown = round(how, share * largest(how, weights), weights);
      expect(String(shown).length).toBeLessThanOrEqual(8);
    }),
  );
});

test('page steps are larger than arrow steps, and both are whole multiples of the resolution', () => {
  for (const how of MODES) {
    const { arrow, page } = steps(how, weights);
    expect(page).toBeGreaterThan(arrow);
    for (const size of [arrow, page]) {
      const multiple = size / resolution(how, weights);
      expect(multiple).toBeCloseTo(Math.round(multiple), 6);
    }
  }
});

test('the slider ends before a few far weights, unless a value is larger', () => {
  const far = layerDistribution(histogramOf('far', [...bell, 5]));
  expect(sliderEnd('absolute', far, 0)).toBeLessThan(0.2);
  expect(sliderEnd('absolute', far, 3)).toBe(3);
  expect(sliderEnd('percent', far, 0)).toBe(100);
});

test('a typed number is read with a decimal point or comma and a percent sign', () => {
  expect(parseAmount('absolute', ' 0.05 ')).toEqual({ mode: 'absolute', value: 0.05 });
  expect(parseAmount('absolute', '1e-3')).toEqual({ mode: 'absolute', value: 0.001 });
  expect(parseAmount('percent', '90,5%')).toEqual({ mode: 'percent', value: 90.5 });
});

test.each([
  ['absolute', ''],
  ['absolute', 'abc'],
  ['absolute', 'NaN'],
  ['absolute', 'Infinity'],
  ['absolute', '-0.1'],
  ['percent', '101'],
  ['percent', '-1'],
  ['sigma', '-2'],
] as const)('%s refuses "%s" with a sentence', (how, text) => {
  expect(parseAmount(how, text)).toMatch(/^Enter .+\.$/);
});

test('every amount is one that a recipe may hold', () => {
  fc.assert(
    fc.property(mode, fc.double({ min: 0, max: 100, noNaN: true }), (how, value) => {
      expect(PruneAmount.safeParse(toPruneAmount({ mode: how, value })).success).toBe(true);
    }),
  );
  expect(toPruneAmount({ mode: 'percent', value: 90.1 })).toEqual({ sparsity: 0.901 });
});
