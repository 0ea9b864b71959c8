import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextSort, sortRows, type LayerRow } from '../../../src/webview/layers/sort';
import { rowForKey, rowWindow, scrollToRow } from '../../../src/webview/layers/window';
import { emptyLayer, layerOf } from './fixtures';

const rows: LayerRow[] = [
  { layer: layerOf('dense_10', [1, 0]), after: undefined, index: 0 },
  { layer: emptyLayer('flatten'), after: undefined, index: 1 },
  { layer: layerOf('dense_9', [1, 2, 3]), after: undefined, index: 2 },
];
const names = (sorted: LayerRow[]): string[] => sorted.map((row) => row.layer.name);

test('names are sorted with their numbers as numbers', () => {
  expect(names(sortRows(rows, { column: 'name', descending: false }))).toEqual(['dense_9', 'dense_10', 'flatten']);
});

test('rows without a figure come last in both directions', () => {
  expect(names(sortRows(rows, { column: 'sparsity', descending: true }))).toEqual(['dense_10', 'dense_9', 'flatten']);
  expect(names(sortRows(rows, { column: 'sparsity', descending: false }))).toEqual(['dense_9', 'dense_10', 'flatten']);
});

test('no column is the order of the model', () => {
  expect(names(sortRows([...rows].reverse(), { column: null, descending: false }))).toEqual(names(rows));
});

test('a third click goes back to the order of the model', () => {
  const first = nextSort({ column: null, descending: false }, 'params');
  expect(first).toEqual({ column: 'params', descending: true });
  const second = nextSort(first, 'params');
  expect(second).toEqual({ column: 'params', descending: false });
  expect(nextSort(second, 'params')).toEqual({ column: null, descending: false });
  expect(nextSort(second, 'name')).toEqual({ column: 'name', descending: false });
});

test('the drawn rows cover the view', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(60_000), fc.integer({ min: 1, max: 900 }), (count, top, height) => {
      const { from, to } = rowWindow(count, 28, top, height);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(count);
      expect(from).toBeLessThanOrEqual(to);
      for (const row of [Math.floor(top / 28), Math.ceil((top + height) / 28) - 1])
        if (row < count) expect(row >= from && row < to).toBe(true);
    }),
  );
});

test('scrolls to a row only if it is out of view', () => {
  expect(scrollToRow(5, 28, 0, 280)).toBe(0);
  expect(scrollToRow(20, 28, 0, 280)).toBe(21 * 28 - 280);
  expect(scrollToRow(2, 28, 500, 280)).toBe(56);
});

test('keys move among the rows and stop at the ends', () => {
  expect(rowForKey('ArrowDown', 3, 5, 10)).toBe(4);
  expect(rowForKey('PageDown', 3, 5, 10)).toBe(4);
  expect(rowForKey('ArrowUp', 0, 5, 10)).toBe(0);
  expect(rowForKey('End', 0, 5, 10)).toBe(4);
  expect(rowForKey('a', 0, 5, 10)).toBeUndefined();
});
