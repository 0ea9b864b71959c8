import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import { halvesInput } from '../../graph/operations';
import type { PendingValue } from '../../graph/value';
import type { Emission, Pair, Parts } from '../emission';

export function emitPool(emission: Emission, value: PendingValue<'MaxPool' | 'AveragePool'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const image = inputs[0]!;
  const shape = inputShapes[0]!;
  const { kernel, strides, pads } = operation.attributes.window;
  const attributes = { kernel_shape: kernel, strides, pads };
  if (sameShape(shape, image.shape) && (emission.canBlock(shape[3]!) || emission.hasFilledBlocks(image))) {
    const halved = operation.kind === 'MaxPool' && halvesInput(operation.attributes.window, shape);
    const parts = halved ? emission.parts(image) : null;
    const hasGradient = emission.rewrites.halvedPools.has(value);
    let result: ValueName;
    if (parts?.rows) {
      // The gradient needs the maxima of each row. Without a gradient, fewer comparisons are needed if rows go first.
      const rowsFirst = !hasGradient && parts.phases === null;
      result = rowsFirst
        ? maximaOfPairs(builder, builder.op('Max', parts.rows()))
        : builder.op('Max', maximaOfRows(builder, parts)!);
    } else if (hasGradient) {
      // The gradient needs the maxima of the rows; the pool follows quickly from these.
      const maxima = maximaOfPairs(builder, emission.blocked(image));
      result = builder.blocked('MaxPool', [maxima], { kernel_shape: [2, 1], strides: [2, 1] });
    } else {
      result = builder.blocked(operation.kind, [emission.blocked(image)], attributes);
    }
    emission.setBlocked(value, result);
  } else {
    emission.setNchw(value, builder.op(operation.kind, [emission.nchw(image, shape)], attributes));
  }
}

/**
 * Returns the maxima of horizontal pairs of pixels in the even and in the odd rows; undefined if the rows are not
 * known.
 */
export function maximaOfRows(builder: ModelBuilder, { rows, phases }: Parts): Pair | undefined {
  if (phases === null) return rows === null ? undefined : both(rows(), (row) => maximaOfPairs(builder, row));
  return both(phases, (columns) => builder.once(`maxima of ${columns.join()}`, () => builder.op('Max', columns)));
}

/** Returns the maxima of horizontal pairs of pixels of an image in blocks. */
export function maximaOfPairs(builder: ModelBuilder, blocks: ValueName): ValueName {
  const attributes = { kernel_shape: [1, 2], strides: [1, 2] };
  return builder.once(`maxima of pairs ${blocks}`, () => builder.blocked('MaxPool', [blocks], attributes));
}

const both = <T>([first, second]: readonly [T, T], of: (one: T) => ValueName): Pair => [of(first), of(second)];
