import { expect, test } from 'vitest';
import { measured } from '../../../../src/protocol/metric';
import type { RunCurve } from '../../../../src/protocol/runs-page';
import { columnsOfLines, metricOfLines, seriesOfLines, smooth } from '../../../../src/webview/runs/curves';

const curve = (values: readonly number[], name: 'accuracy' | 'rmse' = 'accuracy'): RunCurve =>
  values.map((value, i) => ({ epoch: i + 1, loss: 1 / (i + 1), validation: measured(name, value) }));

test('smoothing keeps a constant, starts at the first value and leaves gaps', () => {
  expect(smooth([2, 2, 2], 0.9).map((value) => value?.toFixed(9))).toEqual([
    '2.000000000',
    '2.000000000',
    '2.000000000',
  ]);
  const [first, second, gap, last] = smooth([1, 3, null, 3], 0.5);
  expect(first).toBe(1);
  expect(second).toBeCloseTo(7 / 3, 12);
  expect(gap).toBeNull();
  expect(last).toBeGreaterThan(second!);
  expect(smooth([1, 5, 2], 0)).toEqual([1, 5, 2]);
});

test('lines share their epochs, and those of another metric are left out of the axis', () => {
  const lines = [
    { name: 'a', curve: curve([0.5, 0.6, 0.7]) },
    { name: 'b', curve: curve([0.8]) },
    { name: 'c', curve: curve([12, 11], 'rmse') },
  ];
  expect(metricOfLines(lines, 'validation')).toBe('accuracy');
  expect(columnsOfLines(lines, 'validation', 'accuracy')).toEqual([
    [0.5, 0.6, 0.7],
    [0.8, null, null],
    [null, null, null],
  ]);
  expect(metricOfLines(lines, 'test')).toBeNull();
  expect(columnsOfLines(lines, 'loss', 'loss')[2]).toEqual([1, 0.5, null]);
});

test('a smoothed line stands before the measured one, and keeps the value that was measured last', () => {
  const lines = [
    { name: 'a', curve: curve([0.5, 0.9, 0.7]) },
    { name: 'b', curve: curve([12], 'rmse') },
  ];
  const [plain, ...none] = seriesOfLines(lines, 'validation', 'accuracy', 0);
  expect([none.length, plain?.isFaint, plain?.last]).toEqual([0, false, 0.7]);
  const [faint, smoothed] = seriesOfLines(lines, 'validation', 'accuracy', 0.9);
  expect(faint).toMatchObject({ name: 'a', isFaint: true, points: plain!.points });
  expect(smoothed).toMatchObject({ name: 'a', isFaint: false, last: 0.7, style: faint!.style });
  expect(smoothed!.points.at(-1)!.y).not.toBeCloseTo(0.7, 3);
});
