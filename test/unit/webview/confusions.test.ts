import { expect, test } from 'vitest';
import { mistakesIn, searched } from '../../../src/webview/evaluation/confusions';
import { scatterAxis } from '../../../src/webview/evaluation/scatter-axes';
import { toPixel } from '../../../src/webview/ui/scale';

const confusion = [
  [5, 3, 0],
  [1, 9, 0],
  [3, 0, 3],
];
const names = ['Red apple', 'Green apple', 'Pear'];

test('mistakes are listed by their number, then by their share of the class; right answers are none', () => {
  const mistakes = mistakesIn(confusion);
  expect(mistakes.map(({ actual, predicted, count }) => [actual, predicted, count])).toEqual([
    [2, 0, 3],
    [0, 1, 3],
    [1, 0, 1],
  ]);
  expect(mistakes.map(({ share }) => share)).toEqual([0.5, 0.375, 0.1]);
  expect(
    mistakesIn([
      [0, 0],
      [0, 4],
    ]),
  ).toEqual([]);
});

test('a search finds the mistakes of a class, as the true or as the predicted one', () => {
  const found = (typed: string) => searched(mistakesIn(confusion), names, typed).length;
  expect([found(''), found('pear'), found('APPLE green'), found('red  '), found('plum')]).toEqual([3, 1, 2, 3, 0]);
});

test('true and predicted values have one range, so that right answers are on the diagonal', () => {
  const axis = scatterAxis(
    [
      [0, 5],
      [10, 5],
      [Number.NaN, 2],
    ],
    100,
  );
  expect(toPixel(axis, 0)).toBeGreaterThan(0);
  expect(toPixel(axis, 10)).toBeLessThan(100);
  expect(scatterAxis([[3, 3]], 100)).toMatchObject({ width: 100 });
  expect(scatterAxis([], 100)).toEqual({ from: 0, to: 1, width: 100 });
});
