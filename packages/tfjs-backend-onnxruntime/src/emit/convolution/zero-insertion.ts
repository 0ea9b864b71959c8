import type { ModelBuilder, ValueName } from '../../encoding/model-builder';

/** An image as planes, rows, columns and consecutive elements, in any layout. */
export type PlaneShape = readonly [planes: number, rows: number, columns: number, depth: number];

/**
 * Inserts zeros between pixels: each pixel becomes the top left of a cell of `strides` pixels. This is a strided
 * window, seen backwards.
 *
 * @param size rows and columns of the result; a larger image is cropped, a smaller one padded with zeros
 * @param start row and column of the first pixel
 */
export function insertZeros(
  builder: ModelBuilder,
  input: ValueName,
  [planes, rows, columns, depth]: PlaneShape,
  strides: readonly [number, number],
  size: readonly [number, number],
  start: readonly [number, number] = [0, 0],
): ValueName {
  const [down, across] = strides;
  let cells = input;
  if (down > 1 || across > 1) {
    cells = builder.reshape(input, [planes, rows, 1, columns, 1, depth]);
    cells = builder.op('Pad', [cells, builder.ints(0, 0, 0, 0, 0, 0, 0, 0, down - 1, 0, across - 1, 0)]);
  }
  cells = builder.reshape(cells, [planes, rows * down, columns * across, depth]);
  const after = [size[0] - start[0] - rows * down, size[1] - start[1] - columns * across];
  if ([...start, ...after].every((pad) => pad === 0)) return cells;
  return builder.op('Pad', [cells, builder.ints(0, ...start, 0, 0, ...after, 0)]); // Negative pads crop.
}
