import type { ValueName } from '../encoding/model-builder';
import { sameShape } from '../graph/native-types';
import type { NativeValue, PendingNode, PendingValue, Value } from '../graph/value';
import { equalMask, positiveMask } from './elementwise';
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

export function emitMaxPoolGradient(emission: Emission, value: PendingValue<'MaxPoolGradient'>): void {
  distributeToMaxima(emission, value, value.node, false);
}

/** Emits a max-pool's gradient and the mask of the relu before it, in place of their product. */
export function emitMaskedPoolGradient(
  emission: Emission,
  value: NativeValue,
  node: PendingNode<'MaxPoolGradient'>,
): void {
  distributeToMaxima(emission, value, node, true);
}

/**
 * Gives each window's gradient to its first maximum, as the cpu kernel does. The image is cut into one tensor per place in
 * the window; each place takes what is left of the gradient where it equals the maximum.
 */
function distributeToMaxima(
  emission: Emission,
  value: NativeValue,
  node: PendingNode<'MaxPoolGradient'>,
  masked: boolean,
): void {
  const { builder, block } = emission;
  const [gradient, image, pooled] = node.inputs as [Value, Value, Value];
  const [n, h, w, c] = value.shape as [number, number, number, number];
  const [kh, kw] = node.operation.attributes.window.kernel;
  const [rows, columns] = [h / kh, w / kw];
  const inBlocks =
    emission.canBlock(c) &&
    sameShape(image.shape, value.shape) &&
    [gradient, pooled].every((input) => input.shape.length === 4);
  const [planes, depth] = inBlocks ? [(n * c) / block, block] : [n, c];
  const form = (input: Value): ValueName => (inBlocks ? emission.blocked(input) : emission.flat(input));
  const small = [planes, rows, columns, depth];

  const maxima = builder.reshape(form(pooled), small);
  let rest = builder.reshape(form(gradient), small);
  if (masked) rest = builder.op('Mul', [rest, positiveMask(builder, maxima)]);
  const takeShare = (place: ValueName): ValueName => {
    const share = builder.op('Mul', [equalMask(builder, place, maxima), rest]);
    rest = builder.op('Sub', [rest, share]);
    return share;
  };

  const windowRows = pieces(emission, builder.reshape(form(image), [planes, rows, kh, w * depth]), 2, kh);
  const gradientRows = windowRows.map((row, y) => {
    const places = pieces(emission, builder.reshape(row, [planes, rows, columns, kw, depth]), 3, kw);
    const shares = places.map((place, x) => {
      const isLast = y === kh - 1 && x === kw - 1;
      const share = isLast ? rest : takeShare(builder.reshape(place, small));
      return builder.reshape(share, [planes, rows, columns, 1, depth]);
    });
    const joined = shares.length === 1 ? shares[0]! : builder.op('Concat', shares, { axis: 3 });
    return builder.reshape(joined, [planes, rows, 1, w * depth]);
  });
  const all = gradientRows.length === 1 ? gradientRows[0]! : builder.op('Concat', gradientRows, { axis: 2 });
  if (inBlocks) emission.setBlocked(value, builder.reshape(all, [n, c, h, w]));
  else emission.setFlat(value, builder.reshape(all, value.shape));
}

function pieces(emission: Emission, whole: ValueName, axis: number, count: number): ValueName[] {
  return count === 1 ? [whole] : emission.builder.split(whole, axis, count);
}

export function emitAveragePoolGradient(emission: Emission, value: PendingValue<'AveragePoolGradient'>): void {
  const { builder } = emission;
  const [n, h, w, c] = value.shape as [number, number, number, number];
  const [kh, kw] = value.node.operation.attributes.window.kernel;
  const gradient = emission.flat(value.node.inputs[0]!, [n, h / kh, 1, w / kw, 1, c]);
  const share = builder.op('Mul', [gradient, builder.float(1 / (kh * kw))]);
  const spread = builder.op('Expand', [share, builder.ints(n, h / kh, kh, w / kw, kw, c)]);
  emission.setFlat(value, builder.reshape(spread, value.shape));
}
