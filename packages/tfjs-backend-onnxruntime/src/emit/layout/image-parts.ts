import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Value } from '../../graph/value';
import type { Emission, Pair, Parts, Phases } from '../emission';

/** Number, channels, height and width of images in blocks. */
export type Planes = readonly [n: number, channels: number, height: number, width: number];

/** Describes an image that was computed as its even and its odd rows. */
export function partsOfRows({ builder, block }: Emission, rows: Pair, planes: Planes): Parts {
  return { join: () => joinRows(builder, rows, planes, block), rows: () => rows, phases: null, condensed: null };
}

/** Describes an image that was computed as its phases. */
export function partsOfPhases(
  { builder, block }: Emission,
  phases: Phases,
  [n, c, h, w]: Planes,
  condensed: ValueName | null = null,
): Parts {
  const joined = (half: Pair): ValueName =>
    builder.once(`columns of ${half.join()}`, () => joinColumns(builder, half, [n, c, h / 2, w], block));
  const rows = (): Pair => [joined(phases[0]), joined(phases[1])];
  return { join: () => joinRows(builder, rows(), [n, c, h, w], block), rows, phases, condensed };
}

/** Joins even and odd rows to an image of the given size, `[n, channels, height, width]`. */
export function joinRows(builder: ModelBuilder, rows: Pair, [n, c, h, w]: Planes, block: number): ValueName {
  return interleave(builder, rows, (n * c * h) / 2 / block, w * block, [n, c, h, w]);
}

/** Joins even and odd columns. */
export function joinColumns(builder: ModelBuilder, columns: Pair, [n, c, h, w]: Planes, block: number): ValueName {
  return interleave(builder, columns, (n * c * h * w) / 2 / block, block, [n, c, h, w]);
}

/**
 * Returns the even and the odd rows of an image in whole blocks. Splits the image if it was not computed in rows. An
 * odd number of rows gets a row of zeros at the end.
 */
export function rowsOf(emission: Emission, value: Value): Pair {
  const { builder, block } = emission;
  const rows = emission.parts(value)?.rows?.();
  if (rows !== undefined) return rows;
  const [n, h, w, c] = value.shape as [number, number, number, number];
  const planes = builder.reshape(emission.blocked(value), [(n * c) / block, h, w * block]);
  const even = h % 2 === 0 ? planes : builder.op('Pad', [planes, builder.ints(0, 0, 0, 0, 1, 0)]);
  const pairs = Math.ceil(h / 2);
  const whole = builder.reshape(even, [(n * c * pairs) / block, 2, w * block]);
  const [upper, lower] = builder.split(whole, 1, 2).map((half) => builder.reshape(half, [n, c, pairs, w]));
  return [upper!, lower!];
}

/** Interleaves two tensors, `size` elements of each at a time. */
function interleave(builder: ModelBuilder, pair: Pair, count: number, size: number, shape: Planes): ValueName {
  const pieces = pair.map((half) => builder.reshape(half, [count, 1, size]));
  return builder.reshape(builder.op('Concat', pieces, { axis: 1 }), shape);
}
