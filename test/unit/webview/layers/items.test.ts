import { expect, test } from 'vitest';
import { blockFigures, inBlocks, type TableItem } from '../../../../src/webview/layers/items';
import { blockOf } from '../../../../src/webview/layers/names';
import type { LayerRow } from '../../../../src/webview/layers/sort';
import { emptyLayer, layerOf } from '../fixtures';

const rows = (...names: string[]): LayerRow[] =>
  names.map((name, index) => ({ layer: layerOf(name, [1, 0]), after: undefined, index }));
const words = (items: TableItem[]): string[] =>
  items.map((item) => (item.kind === 'block' ? `[${item.name}]` : item.row.layer.name));
const NAMES = ['input', 'block_1_a', 'block_1_b', 'add', 'block_2_a', 'block_1_c', 'block_1_d'];

test('layers that follow each other in a block have its head', () => {
  expect(words(inBlocks(rows(...NAMES), blockOf, new Set()))).toEqual([
    ...['input', '[block_1]', 'block_1_a', 'block_1_b', 'add'],
    // A single layer needs no head.
    'block_2_a',
    ...['[block_1]', 'block_1_c', 'block_1_d'],
  ]);
});

test('the layers of a folded block are left out, and no others', () => {
  expect(words(inBlocks(rows(...NAMES), blockOf, new Set(['block_1', 'block_2'])))).toEqual([
    ...['input', '[block_1]', 'add', 'block_2_a', '[block_1]'],
  ]);
});

test('a block has the sums of its layers, and the zeros over all its weights', () => {
  const [first, second] = [layerOf('a', [1, 0]), layerOf('b', [0, 0, 0, 2])];
  const figures = blockFigures([first, second, emptyLayer('c')].map((layer, index) => ({ layer, after: undefined, index }))); // prettier-ignore
  expect(figures.params).toBe(first.params + second.params);
  expect(figures.sparsity).toBeCloseTo(4 / 6, 10);
  expect(figures.after).toBeCloseTo(4 / 6, 10);
  expect(blockFigures([{ layer: emptyLayer('c'), after: undefined, index: 0 }]).sparsity).toBeNull();
});
