import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scatterPlot, type Pair } from '../../../../src/webview/evaluation/scatter-plot';

/** Expects a value at the same distance from both ends of the diagonal, which runs from the lower left to the upper right. */
function expectOnDiagonal(points: readonly Pair[], value: number, side: number): void {
  const plot = scatterPlot(points, side);
  expect([plot.right - plot.left, plot.bottom - plot.top]).toEqual([side, side]);
  expect(plot.bottom - plot.y(value)).toBeCloseTo(plot.x(value) - plot.left, 6);
}

test('true and predicted values have one range, so that right answers are on the diagonal', () => {
  const points: Pair[] = [
    [0, 5],
    [10, 5],
    [Number.NaN, 2],
  ];
  const { left, right, x } = scatterPlot(points, 100);
  expect(x(0)).toBeGreaterThan(left);
  expect(x(10)).toBeLessThan(right);
  for (const value of [0, 5, 10]) expectOnDiagonal(points, value, 100);
  expectOnDiagonal([[3, 3]], 3, 100);
  expect(scatterPlot([[3, 3]], 100).x(3)).toBeCloseTo(left + 50, 6);
  // Without answers the plot goes from 0 to 1.
  for (const value of [0, 1]) expectOnDiagonal([], value, 100);
});

test('every answer lies inside, and a right one on the diagonal, whatever the range of either is', () => {
  // A network answers in numbers of 32 bits.
  const number = fc.float({ min: -1e6, max: 1e6, noNaN: true });
  const pairs = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(pairs, fc.integer({ min: 50, max: 500 }), (points, side) => {
      const plot = scatterPlot(points, side);
      for (const [truth, predicted] of points) {
        expect(plot.x(truth)).toBeGreaterThan(plot.left);
        expect(plot.x(truth)).toBeLessThan(plot.right);
        expect(plot.y(predicted)).toBeGreaterThan(plot.top);
        expect(plot.y(predicted)).toBeLessThan(plot.bottom);
        expectOnDiagonal(points, truth, side);
      }
    }),
  );
});
