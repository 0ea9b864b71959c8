import type { PendingValue, Value } from '../graph/value';
import type { Emission } from './emission';
import { gradientAsFilter, imageByExamples } from './filter-gradient-operands';
import { planSliding } from './filter-gradient-plan';

/**
 * The gradient of a convolution with respect to its filter as a blocked convolution, which needs no patches and is nearer
 * to the peak than a product of matrices: the examples are the channels, the gradient of the result is the filter, and
 * columns and channels of the image stand side by side in its rows, so that the next column is a dilation by the channels:
 *
 * `dW[y, x * C + c, o]` is the sum over n, i and j of `image[n, y + i, (x + j) * C + c] * gradient[n, i, j, o]`.
 *
 * Images may be cut into bands, which are channels as the examples are. Those of the image overlap by what the filter
 * reaches over. Blocks of channels of the image need not be put together: each is an image of its own.
 *
 * @returns whether there is such a form
 */
export function emitBlockedFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): boolean {
  const sliding = planSliding(emission, value);
  if (sliding === undefined) return false;
  const { builder } = emission;
  const [image, gradient] = value.node.inputs as [Value, Value];
  const { filter, filters, parts, strides, bandRows, channels, result, rowPads } = sliding;
  const [kh, kw, , outputs] = filter;
  const seen = imageByExamples(emission, image, sliding);
  const taps = [parts * filters, channels / parts, bandRows, result[2]];
  const products = builder.blocked(
    'Conv',
    [seen.name, builder.reshape(gradientAsFilter(emission, gradient, sliding), taps)],
    {
      kernel_shape: [bandRows, result[2]],
      dilations: [strides[0], strides[1] * seen.depth],
      pads: [rowPads[0], 0, rowPads[1], 0],
      group: parts,
    },
  );
  const { planes, depth } = seen;
  const size = filters * kh * kw * depth;
  const sums =
    parts === 1
      ? products
      : builder.op('ReduceSum', [builder.reshape(products, [planes, parts, size]), builder.ints(1)], { keepdims: 0 });
  const blocks = builder.reshape(sums, [planes, filters, kh, kw * depth]);
  const flat = builder.blocked('ReorderOutput', [blocks], { channels: outputs, channels_last: 1 });
  const whole =
    planes === 1 ? flat : builder.transpose(builder.reshape(flat, [planes, kh, kw, depth, outputs]), [1, 2, 0, 3, 4]);
  emission.setFlat(value, builder.reshape(whole, value.shape));
  return true;
}
