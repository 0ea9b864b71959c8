import { sameShape } from '../graph/native-types';
import type { ValueName } from '../encoding/model-builder';
import type { PendingValue, Value } from '../graph/value';
import type { Emission } from './emission';

export function emitPool(emission: Emission, value: PendingValue<'MaxPool' | 'AveragePool'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const image = inputs[0]!;
  const shape = inputShapes[0]!;
  const { kernel, strides, pads } = operation.attributes.window;
  const attributes = { kernel_shape: kernel, strides, pads };
  if (sameShape(shape, image.shape) && (emission.canBlock(shape[3]!) || emission.hasFilledBlocks(image))) {
    // Where the gradient follows, it asks for the maxima of the rows, from which the others are fast.
    const result = emission.rewrites.halvedPools.has(value)
      ? builder.blocked('MaxPool', [maximaOfPairs(emission, image)], { kernel_shape: [2, 1], strides: [2, 1] })
      : builder.blocked(operation.kind, [emission.blocked(image)], attributes);
    emission.setBlocked(value, result);
  } else {
    emission.setNchw(value, builder.op(operation.kind, [emission.nchw(image, shape)], attributes));
  }
}

/** The greater of each two pixels side by side of an image in blocks. */
export function maximaOfPairs(emission: Emission, image: Value): ValueName {
  const { builder } = emission;
  const blocks = emission.blocked(image);
  const attributes = { kernel_shape: [1, 2], strides: [1, 2] };
  return builder.once(`maxima of pairs ${blocks}`, () => builder.blocked('MaxPool', [blocks], attributes));
}
