import { expect, test } from 'vitest';
import { firstPoint, pointForKey } from '../../../../src/webview/chart/series';

const line = (ys: readonly number[], isFaint = false) => ({ points: ys.map((y, x) => ({ x, y })), isFaint });

test('keys go along a line and between lines, past those that stand behind or are empty', () => {
  const lines = [line([1, 2, 3], true), line([4, 5, 6]), line([]), line([7]), line([8], true)];
  const from = (series: number, point: number, ...keys: string[]) =>
    keys.reduce((at, key) => pointForKey(key, lines, at)!, { series, point });
  expect(firstPoint(lines)).toEqual({ series: 1, point: 0 });
  expect(from(1, 0, 'ArrowRight', 'ArrowRight', 'ArrowRight')).toEqual({ series: 1, point: 2 });
  expect(from(1, 2, 'Home')).toEqual({ series: 1, point: 0 });
  expect(from(1, 2, 'ArrowDown')).toEqual({ series: 3, point: 0 });
  expect(from(1, 2, 'ArrowDown', 'ArrowDown')).toEqual({ series: 3, point: 0 });
  expect(from(3, 0, 'ArrowUp', 'ArrowUp')).toEqual({ series: 1, point: 0 });
  expect(pointForKey('x', lines, { series: 1, point: 0 })).toBeUndefined();
});
