import { weight } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import { percent } from '../../protocol/format';
import type { WeightSheet } from '../../protocol/measure/sheet';

/** Red, green and blue, 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** The colors of a picture: of the most negative weight, of 0, of the most positive one, and of weights that are exactly 0. */
export interface Scale {
  readonly below: Color;
  readonly middle: Color;
  readonly above: Color;
  readonly zero: Color;
}

const mixed = (from: Color, to: Color, share: number): Color => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

/** The color of a weight. The root of its share makes small weights visible. */
export function colorOf(value: number | null, zeros: number, largest: number, scale: Scale): Color {
  if (value === null) return scale.middle;
  if (value === 0 && zeros === 1) return scale.zero;
  const share = largest > 0 ? Math.sqrt(Math.min(1, Math.abs(value) / largest)) : 0;
  return mixed(scale.middle, value < 0 ? scale.below : scale.above, share);
}

/** The pixels of a picture, row by row, with a gap of one cell between tiles. */
export function pixelsOf(
  sheet: WeightSheet,
  scale: Scale,
  pattern: boolean,
): { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> } {
  // prettier-ignore
  const { rows, columns, tile } = sheet;
  const gaps = sheet.form === 'filters';
  const at = (cell: number, size: number): number => cell + (gaps ? Math.floor(cell / size) : 0);
  const [width, height] = [at(columns - 1, tile.columns) + 1, at(rows - 1, tile.rows) + 1];
  const data = new Uint8ClampedArray(4 * width * height);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      const [value, zeros] = [sheet.values[cell] ?? null, sheet.zeros[cell] ?? 0];
      const color = pattern ? mixed(scale.above, scale.zero, zeros) : colorOf(value, zeros, sheet.largest, scale);
      const place = 4 * (at(row, tile.rows) * width + at(column, tile.columns));
      data.set(value === null ? [...color, 60] : [...color, 255], place);
    }
  return { width, height, data };
}

/** The cell at a pixel; null between tiles. */
export function cellAt(
  { form, tile, rows, columns }: WeightSheet,
  x: number,
  y: number,
): [row: number, column: number] | null {
  const inTile = (pixel: number, size: number): number | null => {
    if (form !== 'filters') return pixel;
    return pixel % (size + 1) === size ? null : pixel - Math.floor(pixel / (size + 1));
  };
  const [row, column] = [inTile(y, tile.rows), inTile(x, tile.columns)];
  return row === null || column === null || row < 0 || column < 0 || row >= rows || column >= columns
    ? null
    : [row, column];
}

/** A cell in words: its index and its value. */
export function cellWords(sheet: WeightSheet, row: number, column: number): string {
  const { form, tile, across, inputs, block } = sheet;
  const value = sheet.values[row * sheet.columns + column] ?? null;
  const zeros = sheet.zeros[row * sheet.columns + column] ?? 0;
  const words = value === null ? t('no number') : weight(value);
  if (form === 'filters') {
    const [down, right] = [Math.floor(row / tile.rows), Math.floor(column / tile.columns)];
    const output = inputs.of === 1 ? down * across + right : down;
    const input = inputs.of === 1 ? 0 : right;
    return t(
      'filter {0}, input {1}, row {2}, column {3}: {4}',
      output,
      input,
      row % tile.rows,
      column % tile.columns,
      words,
    );
  }
  const [first, left] = [row * block.rows, column * block.columns];
  if (block.rows * block.columns === 1) return t('input {0}, output {1}: {2}', first, left, words);
  return t('inputs from {0}, outputs from {1}: at most {2}, {3} zeros', first, left, words, percent(zeros, 1));
}
