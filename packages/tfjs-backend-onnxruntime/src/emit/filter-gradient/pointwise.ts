import type { ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import type { PendingValue, Value } from '../../graph/value';
import type { Channels } from '../normalization/affine';
import type { Emission } from '../emission';
import { gatheredTaps } from './operands';
import { isPointwise, roundUp } from '../convolution/filters';

/** Minimum ratio of pixels to elements of the product, so that the sum over images costs little. */
const LEAST_PIXELS = 2;
/** Examples may be filled up to whole blocks up to this factor. */
const MOST_EXAMPLES = 1.5;
/** ReorderInput takes rows in groups of this size. */
const REORDERED_TOGETHER = 4;

/**
 * The two images of such a gradient: the one with fewer channels, and the one that becomes the filter of the
 * convolution.
 */
interface Pair {
  readonly few: Value;
  readonly many: Value;
  readonly rows: Channels;
  readonly columns: Channels;
  readonly examples: number;
  readonly pixels: number;
}

/**
 * Emits the gradient of a filter of one pixel as a blocked convolution of images in blocks, instead of a product of
 * row-major matrices.
 *
 * @returns false if there is no such form
 */
export function emitPointwiseFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): boolean {
  const { builder, block } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const asStored = inputs.every((input, i) => sameShape(input.shape, inputShapes[i]!) && emission.isInBlocks(input));
  if (!asStored || !isPointwise(operation.attributes.window)) return false;
  const [examples, h, w, channels] = inputShapes[0] as [number, number, number, number];
  const filters = value.shape[3]!;
  const pixels = h * w;
  const [image, gradient] = inputs as [Value, Value];
  const exchanged = filters < channels;
  const [few, many] = exchanged ? [gradient, image] : [image, gradient];
  const rows = emission.channelsOf(Math.min(channels, filters));
  const columns = emission.channelsOf(Math.max(channels, filters));
  const pair = { few, many, rows, columns, examples, pixels };
  let product: ValueName;
  if (pixels % block === 0 && pixels * (channels + filters) >= LEAST_PIXELS * channels * filters) {
    product = byPixels(emission, pair);
  } else if (examples % REORDERED_TOGETHER === 0 && roundUp(examples, block) <= MOST_EXAMPLES * examples) {
    product = byExamples(emission, pair);
  } else return false;
  emission.setFlat(value, builder.reshape(exchanged ? builder.transpose(product, [1, 0]) : product, value.shape));
  return true;
}

/**
 * Uses the pixels of each image as the channels of a group. The image with more channels is the filter as it is; the
 * other one exchanges pixels and channels.
 */
function byPixels(emission: Emission, { few, many, rows, columns, examples, pixels }: Pair): ValueName {
  const { builder, block } = emission;
  // A single block of channels is in row-major order already.
  const isOneBlock = rows.filled === block;
  const depth = isOneBlock ? block : rows.count;
  const name = isOneBlock ? emission.blocked(few) : emission.flat(few);
  const reordered = builder.blocked('ReorderInput', [builder.reshape(name, [examples, pixels, 1, depth])]);
  const seen = builder.reshape(reordered, [1, examples * pixels, 1, depth]);
  const filter = builder.reshape(emission.blocked(many), [examples * columns.filled, pixels, 1, 1]);
  const products = builder.blocked('Conv', [seen, filter], { kernel_shape: [1, 1], group: examples });
  const ofEach = builder.reshape(products, [examples, columns.filled * depth]);
  const sums = builder.op('MatMul', [builder.onesRow(examples), ofEach]);
  return matrixOf(emission, builder.reshape(sums, [1, columns.filled, 1, depth]), depth, { rows, columns });
}

/** Uses the examples as channels and each pixel as a tap, for images whose pixels do not fill blocks. */
function byExamples(emission: Emission, { few, many, rows, columns, examples, pixels }: Pair): ValueName {
  const { builder, block } = emission;
  const channels = roundUp(examples, block);
  const planes = builder.reshape(emission.blocked(few), [1, examples, rows.filled / block, pixels * block]);
  const seen = builder.blocked('ReorderInput', [planes]);
  const sliding = {
    ...{ channels, filters: columns.filled, bands: 1, bandRows: 1, parts: 1 },
    result: [examples, 1, pixels, columns.count] as const,
  };
  const taps = gatheredTaps(builder, emission.blocked(many), sliding, block);
  const filter = builder.reshape(taps, [columns.filled, channels, 1, pixels]);
  const products = builder.blocked('Conv', [seen, filter], { kernel_shape: [1, pixels], dilations: [1, block] });
  return matrixOf(emission, products, rows.filled, { rows, columns });
}

/** Converts a product with columns in blocks to a matrix, without the filling of rows and columns. */
function matrixOf(
  { builder }: Emission,
  blocks: ValueName,
  height: number,
  { rows, columns }: Pick<Pair, 'rows' | 'columns'>,
): ValueName {
  const flat = builder.blocked('ReorderOutput', [blocks], { channels: columns.count, channels_last: 1 });
  const matrix = builder.reshape(flat, [height, columns.count]);
  if (height === rows.count) return matrix;
  return builder.op('Slice', [matrix, builder.ints(0), builder.ints(rows.count)]);
}
