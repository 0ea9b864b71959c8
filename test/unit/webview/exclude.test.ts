import { expect, test } from 'vitest';
import { RecipeStep } from '../../../src/protocol/steps';
import { measurement } from '../../../src/protocol/measure/measurement';
import { measured, type MetricName } from '../../../src/protocol/metric';
import type { LayerSensitivity } from '../../../src/protocol/measure/sensitivity';
import { sensitiveLayers, stepWithout } from '../../../src/webview/sensitivity/exclude';
import { emptyScan, measuredAmounts, scanSeries, type ScanView } from '../../../src/webview/sensitivity/scan';

const scanned = (metric: MetricName, values: Readonly<Record<string, Readonly<Record<number, number>>>>): ScanView => ({
  ...emptyScan('quantize'),
  baseline: measured(metric, metric === 'accuracy' ? 0.9 : 50),
  layers: Object.entries(values).map(([name, points]): LayerSensitivity => ({
    ...{ name, parameters: [], size: 1, state: 'scanned' },
    points: Object.entries(points)
      .map(([bits, value]) => ({
        ...{ bits: Number(bits), sparsity: 0, reached: 0 },
        ...measurement([measured(metric, value)], 1),
      }))
      .reverse(),
  })),
});

test('widths stand in a row, from many bits to few', () => {
  const view = scanned('accuracy', { a: { 8: 0.9, 4: 0.89 }, b: { 8: 0.88, 4: 0.8, 2: 0.1 } });
  expect(measuredAmounts(view)).toEqual([8, 4, 2]);
  expect(scanSeries(view).map(({ points }) => points.map(({ x, y }) => [x, y]))).toEqual([
    [0.9, 0.9, 0.89].map((y, x) => [x, y]),
    [0.9, 0.88, 0.8, 0.1].map((y, x) => [x, y]),
  ]);
});

test('layers that lose more than the tolerance are left alone, the worst first', () => {
  const view = scanned('accuracy', { a: { 4: 0.898 }, b: { 4: 0.85 }, c: { 4: 0.7 }, collapsed: { 8: 0.2 } });
  expect(sensitiveLayers(view, 4, 0.5)).toEqual(['collapsed', 'c', 'b']);
  expect(sensitiveLayers(view, 4, 5)).toEqual(['collapsed', 'c']);
  expect(sensitiveLayers(view, 4, 0.1)).toEqual(['collapsed', 'c', 'b', 'a']);
});

test('the tolerance of a metric that is no share is a part of its value, and a lower error is better', () => {
  const view = scanned('rmse', { a: { 4: 50.4 }, b: { 4: 52 }, better: { 4: 40 } });
  expect(sensitiveLayers(view, 4, 1)).toEqual(['b']);
});

test('the step is one that a recipe takes', () => {
  const view = scanned('accuracy', {});
  expect(RecipeStep.parse(stepWithout(view, 4, ['c']))).toMatchObject({ bits: 'int4', protect: ['c'] });
  for (const by of ['prune', 'remove'] as const)
    expect(RecipeStep.parse(stepWithout({ ...view, by }, 0.5, []))).toMatchObject({ step: by, scope: 'layer' });
});
