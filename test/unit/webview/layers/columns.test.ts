import { expect, test } from 'vitest';
import { NO_CHOICE, resized, shownColumns, toggled, widthOf } from '../../../../src/webview/layers/columns';

test('the columns that fit are shown in the order of the table', () => {
  expect(shownColumns(NO_CHOICE, 0)).toEqual(['name']);
  expect(shownColumns(NO_CHOICE, 10_000)).toEqual([
    ...['name', 'type', 'shape', 'params', 'macs', 'bits', 'sparsity', 'preview', 'threshold', 'weights'],
  ]);
  for (let pixels = 200; pixels < 1200; pixels += 10) {
    const shown = shownColumns(NO_CHOICE, pixels);
    const wide = shown.reduce((sum, column) => sum + widthOf(NO_CHOICE, column), 0);
    expect(wide).toBeLessThanOrEqual(pixels);
  }
});

test('a chosen column is shown in any width, and a hidden one in none', () => {
  const now = shownColumns(NO_CHOICE, 450);
  const more = toggled(NO_CHOICE, now, 'bits');
  expect(shownColumns(more, 10)).toContain('bits');
  expect(shownColumns(more, 10)).toEqual(expect.arrayContaining(now));
  const fewer = toggled(more, shownColumns(more, 450), 'preview');
  expect(shownColumns(fewer, 10_000)).not.toContain('preview');
});

test('a width stays within bounds, moves no column out, and can be given up', () => {
  const now = shownColumns(NO_CHOICE, 500);
  const wide = resized(NO_CHOICE, now, 'params', 240.4);
  expect(widthOf(wide, 'params')).toBe(240);
  expect(shownColumns(wide, 500)).toEqual(now);
  expect(widthOf(resized(wide, now, 'params', -5), 'params')).toBeGreaterThan(20);
  expect(widthOf(resized(wide, now, 'params', 1e9), 'params')).toBeLessThan(1000);
  expect(resized(wide, now, 'params', null).widths).toEqual({});
});
