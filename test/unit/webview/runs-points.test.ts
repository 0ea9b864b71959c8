import { expect, it } from 'vitest';
import { measured } from '../../../src/protocol/metric';
import type { ChartedModel } from '../../../src/protocol/runs-page';
import { metricsOfAll, pointsOf, scaleOf } from '../../../src/webview/runs/points';
import { BYTE_UNITS } from '../../../src/webview/ui/scale';

const model = (name: string, bytes: number, metrics: ChartedModel['metrics']): ChartedModel => ({
  ...{ name, path: `/${name}`, metrics, split: 'test', sampleData: false },
  totals: { bytes, gzipBytes: bytes, params: 1, nonzero: 1, macs: null, sparsity: 0 },
});
const accuracy = (value: number): ChartedModel['metrics'] => [measured('accuracy', value), measured('loss', 1 - value)];

it('a point is best where none is as small and better, for metrics of both kinds', () => {
  const models = [
    model('large', 90, accuracy(0.9)),
    model('wasteful', 80, accuracy(0.7)),
    model('small', 10, accuracy(0.7)),
    model('worse twin', 10, accuracy(0.6)),
    model('unmeasured', 1, null),
    model('other', 1, [measured('rmse', 0.1)]),
  ];
  for (const name of ['accuracy', 'loss'] as const) {
    const points = pointsOf(models, { name }, ({ totals }) => totals.bytes);
    expect(points.map((point) => point.model.name)).toEqual(['small', 'worse twin', 'wasteful', 'large']);
    expect(points.map(({ isBest }) => isBest)).toEqual([true, false, false, true]);
  }
  expect(pointsOf(models, { name: 'accuracy' }, ({ totals }) => totals.macs)).toEqual([]);
});

it('the metric that most checkpoints have as their main one is offered first', () => {
  const models = [model('a', 1, [measured('rmse', 0.1)]), model('b', 1, accuracy(0.5)), model('c', 1, accuracy(0.6))];
  expect(metricsOfAll(models)).toEqual([{ name: 'accuracy' }, { name: 'rmse' }, { name: 'loss' }]);
});

it('sizes far apart are drawn by their logarithm, and ticks are round and in order', () => {
  const wide = scaleOf([2000, 2_000_000], 600, BYTE_UNITS, { apart: 80, canBeWide: true });
  expect(wide.isLogarithmic).toBe(true);
  expect(wide.ticks.map(({ words }) => words)).toEqual(['3 kB', '10 kB', '30 kB', '100 kB', '300 kB', '1 MB', '3 MB']);
  expect(wide.place(20_000) - wide.place(2000)).toBeCloseTo(wide.place(200_000) - wide.place(20_000), 6);
  const narrow = scaleOf([2000, 3000], 600, BYTE_UNITS, { apart: 80, canBeWide: true });
  expect(narrow.isLogarithmic).toBe(false);
  expect(narrow.ticks.every(({ at }) => at >= 0 && at <= 600)).toBe(true);
  // One checkpoint alone has a place too.
  expect(scaleOf([5], 600, BYTE_UNITS, { apart: 80, canBeWide: true }).place(5)).toBeCloseTo(300, 6);
});
