import type { ValueName } from '../encoding/model-builder';
import { sameShape } from '../graph/native-types';
import type { PendingValue, Value } from '../graph/value';
import type { Emission } from './emission';
import { isPointwise } from './filters';

/** How many pixels an image has at least for each number of its product, so that the sum over images is little beside it. */
const LEAST_PIXELS = 2;

/**
 * The gradient of a filter of one pixel as a blocked convolution of one tap, in which the pixels of each image are the
 * channels of a group. The image with more channels is its filter as it stands; of the other, which is the smaller one, pixels
 * and channels change places.
 *
 * @returns whether there is such a form
 */
export function emitPointwiseFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): boolean {
  const { builder, block } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const asStored = inputs.every((input, i) => sameShape(input.shape, inputShapes[i]!) && emission.isInBlocks(input));
  const [n, h, w, channels] = inputShapes[0] as [number, number, number, number];
  const filters = value.shape[3]!;
  const pixels = h * w;
  if (!asStored || !isPointwise(operation.attributes.window) || pixels % block !== 0) return false;
  if (pixels * (channels + filters) < LEAST_PIXELS * channels * filters) return false;
  const [image, gradient] = inputs as [Value, Value];
  const turned = filters < channels;
  const [few, many] = turned ? [gradient, image] : [image, gradient];
  const rows = emission.channelsOf(Math.min(channels, filters));
  const columns = emission.channelsOf(Math.max(channels, filters));
  // One block of channels is in row-major order as it is.
  const isOneBlock = rows.filled === block;
  const depth = isOneBlock ? block : rows.count;
  const byPixels = builder.reshape(isOneBlock ? emission.blocked(few) : emission.flat(few), [n, pixels, 1, depth]);
  const seen = builder.reshape(builder.blocked('ReorderInput', [byPixels]), [1, n * pixels, 1, depth]);
  const filter = builder.reshape(emission.blocked(many), [n * columns.filled, pixels, 1, 1]);
  const products = builder.blocked('Conv', [seen, filter], { kernel_shape: [1, 1], group: n });
  const ofEach = builder.reshape(products, [n, columns.filled * depth]);
  const sums = builder.reshape(builder.op('MatMul', [builder.onesRow(n), ofEach]), [1, columns.filled, 1, depth]);
  const attributes = { channels: columns.count, channels_last: 1 };
  const matrix = builder.reshape(builder.blocked('ReorderOutput', [sums], attributes), [depth, columns.count]);
  const whole: ValueName =
    depth === rows.count ? matrix : builder.op('Slice', [matrix, builder.ints(0), builder.ints(rows.count)]);
  emission.setFlat(value, builder.reshape(turned ? builder.transpose(whole, [1, 0]) : whole, value.shape));
  return true;
}
