import type { ModelBuilder, ValueName } from '../../encoding/model-builder';

/** An image seen as planes of rows of columns of consecutive numbers, whatever its layout. */
export type PlaneShape = readonly [planes: number, rows: number, columns: number, depth: number];

/**
 * Puts each pixel at the top left of a cell of `strides` zeros: what a strided window reads, seen backwards.
 *
 * @param size rows and columns of the result; what is beyond is cut off, what is missing is zero
 * @param start the row and column of the first pixel
 */
export function spread(
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
  return builder.op('Pad', [cells, builder.ints(0, ...start, 0, 0, ...after, 0)]); // Negative pads cut off.
}
