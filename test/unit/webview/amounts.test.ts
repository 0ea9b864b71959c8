import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Histogram } from '../../../src/protocol/measure';
import { PruneStep } from '../../../src/protocol/steps/prune';
import type { Amount } from '../../../src/webview/threshold/amount';
import {
  countLocally,
  NO_AMOUNTS,
  modelDistribution,
  toPruneStep,
  withAmount,
  type Amounts,
} from '../../../src/webview/threshold/amounts';
import { emptyLayer, histogramOf, inspectionOf, layerOf } from './fixtures';

const small = Array.from({ length: 400 }, (_, i) => (i - 199.5) / 2000);
const large = Array.from({ length: 600 }, (_, i) => (i - 299.5) / 300);
const inspection = inspectionOf([layerOf('small', small, 4), emptyLayer('flat'), layerOf('large', large, 6)]);
const histograms = new Map<string | null, Histogram>([
  [null, histogramOf(null, [...small, ...large])],
  ['small', histogramOf('small', small)],
  ['large', histogramOf('large', large)],
]);
const absolute = (value: number): Amount => ({ mode: 'absolute', value });
const amounts = (global: Amount | null, layers: Record<string, Amount> = {}): Amounts => ({
  ...NO_AMOUNTS,
  global,
  layers,
});

test('amounts that prune nothing are no step', () => {
  expect(toPruneStep(NO_AMOUNTS, null)).toBeNull();
  expect(toPruneStep(amounts(absolute(0)), null)).toBeNull();
  expect(toPruneStep(amounts(null, { small: absolute(0) }), null)).toBeNull();
});

test('a single layer is named, all layers together are ranked globally', () => {
  expect(toPruneStep(amounts(null, { small: absolute(0.01) }), null)).toMatchObject({
    scope: 'layer',
    layers: { small: { threshold: 0.01 } },
  });
  expect(toPruneStep(amounts(null, { small: absolute(0.01) }), null)).not.toHaveProperty('amount');
  expect(toPruneStep(amounts({ mode: 'percent', value: 90 }), null)).toMatchObject({
    scope: 'global',
    amount: { sparsity: 0.9 },
  });
});

test('an amount of 0 protects a layer from the global one', () => {
  const shielded = amounts(absolute(0.02), { small: absolute(0) });
  expect(toPruneStep(shielded, null)).toMatchObject({ layers: { small: { threshold: 0 } } });
  const counts = countLocally(inspection, histograms, shielded);
  expect(counts?.layers[0]).toMatchObject({ name: 'small', threshold: null, after: { sparsity: 0, nonzero: 404 } });
});

test('all amounts give a step that the schema accepts', () => {
  const amount = fc.record({
    mode: fc.constantFrom('absolute' as const, 'percent' as const, 'sigma' as const),
    value: fc.double({ min: 0, max: 100, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.option(amount), fc.dictionary(fc.constantFrom('small', 'large'), amount), (global, layers) => {
      const step = toPruneStep({ global, layers, allowEmptyLayers: false }, null);
      if (step) expect(PruneStep.safeParse(step).success).toBe(true);
    }),
  );
});

test('amounts are kept by layer and can be removed', () => {
  const both = withAmount(withAmount(NO_AMOUNTS, 'small', absolute(1)), null, absolute(2));
  expect(both).toMatchObject({ global: absolute(2), layers: { small: absolute(1) } });
  expect(withAmount(withAmount(both, 'small', null), null, null)).toEqual(NO_AMOUNTS);
});

test('totals are the sums of the layers, biases untouched', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.9, noNaN: true }), (threshold) => {
      const counts = countLocally(inspection, histograms, amounts(absolute(threshold)));
      const nonzero = counts?.layers.reduce((sum, layer) => sum + layer.after.nonzero, 0);
      expect(counts?.totals.after.nonzero).toBe(nonzero);
      expect(counts?.totals.after.sparsity).toBeCloseTo(1 - ((nonzero ?? 0) - 10) / 1000, 9);
      expect(counts?.totals.after.params).toBe(1010);
    }),
  );
});

test('a global percentage counts all kernel weights of the model', () => {
  for (const value of [20, 50, 63]) {
    const counts = countLocally(inspection, histograms, amounts({ mode: 'percent', value }));
    expect(counts?.totals.after.sparsity).toBeCloseTo(value / 100, 2);
  }
});

test('a layer keeps its largest weight unless it may be emptied', () => {
  const all = amounts(absolute(10));
  const kept = countLocally(inspection, histograms, all)?.layers[0];
  expect(kept?.after).toMatchObject({ nonzero: 5 });
  expect(kept?.reason).toMatch(/keeps its largest/);
  expect(countLocally(inspection, histograms, { ...all, allowEmptyLayers: true })?.layers[0]?.after).toMatchObject({
    nonzero: 4,
  });
});

test('a layer that cannot be pruned keeps its reason', () => {
  const counts = countLocally(inspection, histograms, amounts(absolute(0.1)));
  const side = { params: 0, nonzero: 0, sparsity: null };
  expect(counts?.layers[1]).toMatchObject({
    ...{ name: 'flat', state: 'skipped', threshold: null, reason: 'it has no weights' },
    ...{ before: side, after: side },
  });
});

test('while histograms of layers are missing, the totals come from the histogram of the model', () => {
  const partial = new Map([...histograms].filter(([name]) => name !== 'large'));
  const whole = countLocally(inspection, histograms, amounts(absolute(0.05)))?.totals.after.nonzero ?? 0;
  expect(countLocally(inspection, partial, amounts(absolute(0.05)))?.totals.after.nonzero).toBeGreaterThan(whole - 20);
  expect(countLocally(inspection, partial, amounts(absolute(0.05)))?.totals.after.nonzero).toBeLessThan(whole + 20);
  expect(countLocally(inspection, new Map(), amounts(absolute(0.05)))).toBeNull();
});

test('an amount of one layer moves no threshold of the others, in any mode of the global amount', () => {
  const all = modelDistribution(inspection, histograms);
  for (const global of [absolute(0.02), { mode: 'percent', value: 49 }, { mode: 'sigma', value: 0.8 }] as const) {
    const alone = countLocally(inspection, histograms, amounts(global))!;
    for (const own of [absolute(0), absolute(0.001), { mode: 'percent' as const, value: 5 }]) {
      const exception = amounts(global, { small: own });
      const counts = countLocally(inspection, histograms, exception)!;
      expect(counts.layers[2]).toEqual(alone.layers[2]);
      const step = toPruneStep(exception, all);
      expect(step?.amount).toEqual({ threshold: alone.layers[2]!.threshold });
    }
  }
});

test('beside layers with their own amounts the step has the threshold that the engine found', () => {
  const found = { mode: 'percent' as const, value: 49, at: 0.123 };
  const all = modelDistribution(inspection, histograms);
  expect(toPruneStep(amounts(found, { small: absolute(0.1) }), all)?.amount).toEqual({ threshold: 0.123 });
  expect(toPruneStep(amounts(found, { small: absolute(0.1) }), null)?.amount).toEqual({ threshold: 0.123 });
  expect(toPruneStep(amounts(found), all)?.amount).toEqual({ sparsity: 0.49 });
  expect(toPruneStep(amounts({ mode: 'percent', value: 49 }, { small: absolute(0.1) }), null)).toBeNull();
});
