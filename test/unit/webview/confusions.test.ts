import { expect, test } from 'vitest';
import { mistakesIn, searched } from '../../../src/webview/evaluation/confusions';

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
