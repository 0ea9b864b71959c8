import { expect, it } from 'vitest';
import { measured } from '../../../src/protocol/metric';
import type { ChartedModel } from '../../../src/protocol/runs-page';
import { metricsOfAll, pointsOf, splitsOf } from '../../../src/webview/runs/points';

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

it('the best of a size are found among those measured on the same examples', () => {
  const models = [
    { ...model('test', 10, accuracy(0.9)), split: 'test' as const },
    { ...model('validation', 20, accuracy(0.8)), split: 'validation' as const },
    { ...model('worse', 20, accuracy(0.8)), split: 'test' as const },
    { ...model('few', 30, accuracy(0.1)), sampleData: true },
  ];
  const points = pointsOf(models, { name: 'accuracy' }, ({ totals }) => totals.bytes);
  expect(points.map(({ model: { name }, isBest }) => [name, isBest])).toEqual([
    ['test', true],
    ['validation', true],
    ['worse', false],
    ['few', true],
  ]);
  expect(splitsOf(points)[0]).toBe('test');
});
