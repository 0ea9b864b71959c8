import { sameShape } from '../graph/native-types';
import type { PendingValue } from '../graph/value';
import type { Emission } from './emission';

export function emitPool(emission: Emission, value: PendingValue<'MaxPool' | 'AveragePool'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const image = inputs[0]!;
  const shape = inputShapes[0]!;
  const { kernel, strides, pads } = operation.attributes.window;
  const attributes = { kernel_shape: kernel, strides, pads };
  if (emission.canBlock(shape[3]!) && sameShape(shape, image.shape)) {
    emission.setBlocked(value, builder.blocked(operation.kind, [emission.blocked(image)], attributes));
  } else {
    emission.setNchw(value, builder.op(operation.kind, [emission.nchw(image, shape)], attributes));
  }
}
