import { expect, test } from 'vitest';
import type { WeightSheet } from '../../../src/protocol/measure/sheet';
import { cellAt, cellWords, colorOf, pixelsOf, type Scale } from '../../../src/webview/pictures/cells';

const scale: Scale = { below: [0, 0, 255], middle: [255, 255, 255], above: [255, 0, 0], zero: [128, 128, 128] };
const sheet = (form: WeightSheet['form'], rows: number, columns: number, tile: number): WeightSheet => ({
  ...{ tensor: 'k', shape: [], form, rows, columns, tile: { rows: tile, columns: tile }, across: columns / tile },
  ...{ outputs: { shown: rows / tile, of: rows / tile }, inputs: { shown: columns / tile, of: columns / tile } },
  ...{ block: { rows: 1, columns: 1 }, values: Array.from({ length: rows * columns }, (_, i) => i - 3) },
  ...{ zeros: Array.from({ length: rows * columns }, (_, i) => Number(i === 3)), largest: 32, norms: [] },
});

test('negative and positive weights have their own colors, and an exact zero has another than small ones', () => {
  expect(colorOf(-32, 0, 32, scale)).toEqual(scale.below);
  expect(colorOf(32, 0, 32, scale)).toEqual(scale.above);
  expect(colorOf(0, 1, 32, scale)).toEqual(scale.zero);
  expect(colorOf(1e-9, 0, 32, scale).map(Math.round)).toEqual([255, 255, 255]);
});

test('tiles have gaps, and each pixel knows its cell', () => {
  const tiles = sheet('filters', 6, 6, 3);
  const { width, height, data } = pixelsOf(tiles, scale, false);
  expect([width, height]).toEqual([7, 7]);
  expect(cellAt(tiles, 2, 2)).toEqual([2, 2]);
  expect(cellAt(tiles, 3, 0)).toBeNull();
  expect(cellAt(tiles, 4, 6)).toEqual([5, 3]);
  expect(cellAt(tiles, 7, 0)).toBeNull();
  expect(data[4 * 3 + 3]).toBe(0);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) expect(data[4 * (y * width + x) + 3] === 0).toBe(cellAt(tiles, x, y) === null);
});

test('a cell is named by its filter and place, or by its input and output', () => {
  expect(cellWords(sheet('filters', 6, 6, 3), 4, 5)).toBe('filter 1, input 1, row 1, column 2: 26');
  expect(cellWords(sheet('matrix', 6, 6, 1), 4, 5)).toBe('input 4, output 5: 26');
});
