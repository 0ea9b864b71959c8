import type { ValueName } from '../encoding/model-builder';
import { sameShape } from '../graph/native-types';
import type { PendingValue, Value } from '../graph/value';
import type { Emission } from './emission';
import { type FilterShape, isPointwise, roundUp } from './filters';

type ImageShape = readonly [number, number, number, number];

/** Below this many columns of the result there is too little to do for each number of the gradient that is read. */
const LEAST_COLUMNS = 9;
/** Blocks of filters that the blocked convolution computes at a time. */
const BLOCKS_AT_ONCE = 4;
/** What is read for each few results, a filter's taps, should stay in the second-level cache. */
const MOST_TAP_BYTES = 2 ** 18;
/** Rows that bands have at least where they are only meant to fill blocks. */
const LEAST_ROWS = 4;

/** A filter's gradient as a blocked convolution, with the sizes that it has there. */
interface Sliding {
  /** Of the image, of the gradient of the result, of the filter. */
  readonly image: ImageShape;
  readonly result: ImageShape;
  readonly filter: FilterShape;
  readonly strides: readonly [number, number];
  /** Zeros around the image, negative where it is cut: top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** Examples and filters, filled up with zeros so that channels and filters fill whole blocks. */
  readonly examples: number;
  readonly filters: number;
  /** Bands of rows of the result. Each band of each example is a channel. */
  readonly bands: number;
  /** Rows of the result in a band; the last band may end in zeros. */
  readonly bandRows: number;
  /** Groups of channels that are summed apart, so that two threads have equally much to do. */
  readonly parts: number;
}

/**
 * The gradient of a convolution with respect to its filter as a blocked convolution, which needs no patches and is nearer
 * to the peak than a product of matrices: the examples are the channels, the gradient of the result is the filter, and
 * columns and channels of the image stand side by side in its rows, so that the next column is a dilation by the channels:
 *
 * `dW[y, x * C + c, o]` is the sum over n, i and j of `image[n, y + i, (x + j) * C + c] * gradient[n, i, j, o]`.
 *
 * Large images are cut into bands, which are channels as the examples are. Those of the image overlap by what the filter
 * reaches over.
 *
 * @returns whether there is such a form
 */
export function emitBlockedFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): boolean {
  const sliding = plan(emission, value);
  if (sliding === undefined) return false;
  const { builder } = emission;
  const [image, gradient] = value.node.inputs as [Value, Value];
  const { filter, filters, parts, strides, bandRows, examples, bands, result } = sliding;
  const [kh, kw, channels, outputs] = filter;
  const [top, , bottom] = paddingOfConvolution(sliding);
  const taps = builder.reshape(gradientAsFilter(emission, gradient, sliding), [
    parts * filters,
    (examples * bands) / parts,
    bandRows,
    result[2],
  ]);
  const products = builder.blocked('Conv', [imageByExamples(emission, image, sliding), taps], {
    kernel_shape: [bandRows, result[2]],
    dilations: [strides[0], strides[1] * channels],
    pads: [top, 0, bottom, 0],
    group: parts,
  });
  const size = filters * kh * kw * channels;
  const sums =
    parts === 1
      ? products
      : builder.op('ReduceSum', [builder.reshape(products, [parts, size]), builder.ints(0)], { keepdims: 0 });
  const blocks = builder.reshape(sums, [1, filters, kh, kw * channels]);
  const flat = builder.blocked('ReorderOutput', [blocks], { channels: outputs, channels_last: 1 });
  emission.setFlat(value, builder.reshape(flat, value.shape));
  return true;
}

function plan(
  { block, threads }: Emission,
  { node, shape }: PendingValue<'Conv2DFilterGradient'>,
): Sliding | undefined {
  const { strides, dilations, pads } = node.operation.attributes.window;
  const filter = shape as FilterShape;
  const [image, result] = node.inputShapes as [ImageShape, ImageShape];
  const [kh, kw, channels] = filter;
  const [n, rows, columns, outputs] = result;
  const dilated = dilations.some((dilation) => dilation !== 1);
  // The patches of a filter of one pixel are the image: a product of matrices as they stand.
  if (
    block === 0 ||
    dilated ||
    isPointwise(node.operation.attributes.window) ||
    2 * Math.max(outputs, channels) < block ||
    kw * channels < LEAST_COLUMNS
  )
    return undefined;
  const filters = roundUp(outputs, block);
  const atOnce = Math.min(filters, BLOCKS_AT_ONCE * block);
  const shares = Math.ceil(filters / (BLOCKS_AT_ONCE * block)) * kh;
  const parts = threads > 1 && shares % 2 === 1 && n > block ? 2 : 1;
  let bands = 1;
  while (4 * (rows / bands) * columns * block * atOnce > MOST_TAP_BYTES && bands < rows) bands *= 2;
  while ((n * bands) % (parts * block) !== 0 && rows % (2 * bands) === 0 && rows / (2 * bands) >= LEAST_ROWS)
    bands *= 2;
  const bandRows = Math.ceil(rows / bands);
  return {
    image,
    result,
    filter,
    strides,
    pads: [
      pads[0],
      pads[1],
      (bands * bandRows - 1) * strides[0] + kh - pads[0] - image[1],
      (columns - 1) * strides[1] + kw - pads[1] - image[2],
    ],
    examples: roundUp(n * bands, parts * Math.max(block, bands)) / bands,
    filters,
    bands,
    bandRows,
    parts,
  };
}

/** The rows of zeros that the convolution itself adds: it skips them, which is faster, but it cannot cut rows off. */
const paddingOfConvolution = ({ pads: [top, , bottom], bands }: Sliding): Sliding['pads'] =>
  bands > 1 || bottom < 0 ? [0, 0, 0, 0] : [top, 0, bottom, 0];

/** The image with bands of examples as channels in blocks: `[1, examples * bands, rows, columns * channels]`. */
function imageByExamples(emission: Emission, value: Value, sliding: Sliding): ValueName {
  const { builder } = emission;
  const { image, filter, pads, strides, examples, bands, bandRows } = sliding;
  const [n, height, width, channels] = image;
  const later = paddingOfConvolution(sliding);
  const [top, left, bottom, right] = pads.map((pad, side) => pad - later[side]!) as [number, number, number, number];
  const padded = paddedImage(emission, value, image, { examples: examples - n, sides: [top, left, bottom, right] });
  const line = (left + width + right) * channels;
  const rows = top + height + bottom;
  const met = (bandRows - 1) * strides[0] + filter[0];
  if (bands === 1 || bands * met === rows) {
    return builder.blocked('ReorderInput', [builder.reshape(padded, [1, examples * bands, rows / bands, line])]);
  }
  const indices = Int32Array.from({ length: bands * met }, (_, i) => {
    return Math.floor(i / met) * bandRows * strides[0] + (i % met);
  });
  const names = [builder.reshape(padded, [examples, rows, line]), builder.constant('int32', [indices.length], indices)];
  const overlapping = builder.op('Gather', names, { axis: 1 });
  return builder.blocked('ReorderInput', [builder.reshape(overlapping, [1, examples * bands, met, line])]);
}

/** The image row-major, with zeros around it and behind the last example. */
function paddedImage(
  emission: Emission,
  value: Value,
  image: ImageShape,
  { examples, sides }: { examples: number; sides: Sliding['pads'] },
): ValueName {
  const { builder } = emission;
  const [top, left, bottom, right] = sides;
  const around = [0, top, left, 0, examples, bottom, right, 0];
  if (around.every((pad) => pad === 0)) return emission.flat(value, image);
  const [n, height, width, channels] = image;
  if (emission.isInBlocks(value) && sameShape(value.shape, image) && examples === 0 && Math.min(...sides) >= 0) {
    // A convolution of one tap pads in blocks by all threads; Pad has but one.
    const group = emission.channelsOf(channels).filled;
    const ones = builder.constant('float32', [group, 1, 1, 1], new Float32Array(group).fill(1));
    const attributes = { kernel_shape: [1, 1], pads: sides, group };
    const padded = builder.blocked('Conv', [emission.blocked(value), ones], attributes);
    return emission.rowMajor(padded, [n, top + height + bottom, left + width + right, channels]);
  }
  return builder.op('Pad', [emission.flat(value, image), builder.ints(...around)]);
}

/** The gradient of the result in the order of a blocked filter: filters and channels in blocks, one within the other. */
function gradientAsFilter(emission: Emission, gradient: Value, sliding: Sliding): ValueName {
  const { builder, block } = emission;
  const { result, examples, filters, bands, bandRows, parts } = sliding;
  const [n, rows, columns, outputs] = result;
  const missing = { examples: examples - n, rows: bands * bandRows - rows, filters: filters - outputs };
  const isWhole = missing.examples === 0 && missing.rows === 0;
  // Channels are bands of examples: a block has several examples, or several bands of one.
  const bandsInBlock = Math.min(bands, block);
  const examplesInBlock = block / bandsInBlock;
  const groups = [parts, examples / parts / examplesInBlock, examplesInBlock];
  const bandsSplit = [bands / bandsInBlock, bandsInBlock];
  const known = emission.isInBlocks(gradient) && sameShape(gradient.shape, result);
  const image = known
    ? emission.blocked(gradient)
    : outputs < block
      ? fewInBlocks(emission, gradient, result)
      : undefined;
  if (image !== undefined) {
    const flat = builder.reshape(image, [n, filters / block, rows, columns * block]);
    const pads = builder.ints(0, 0, 0, 0, missing.examples, 0, missing.rows, 0);
    const whole = isWhole ? flat : builder.op('Pad', [flat, pads]);
    const split = builder.reshape(whole, [...groups, filters / block, ...bandsSplit, bandRows * columns, block]);
    return builder.transpose(split, [0, 3, 1, 4, 6, 2, 5, 7]);
  }
  const flat = emission.flat(gradient, [n, rows, columns, outputs]);
  const pads = builder.ints(0, 0, 0, 0, missing.examples, missing.rows, 0, missing.filters);
  const whole = isWhole && missing.filters === 0 ? flat : builder.op('Pad', [flat, pads]);
  const split = builder.reshape(whole, [...groups, ...bandsSplit, bandRows * columns, filters / block, block]);
  return builder.transpose(split, [0, 6, 1, 3, 5, 2, 4, 7]);
}

/** Fewer channels than a block, filled up by zeros plane by plane: number by number that is slow. */
function fewInBlocks(emission: Emission, image: Value, shape: ImageShape): ValueName {
  const { builder, block } = emission;
  const planes = builder.ints(0, 0, 0, 0, 0, block - shape[3], 0, 0);
  return builder.blocked('ReorderInput', [builder.op('Pad', [emission.nchw(image, shape), planes])]);
}
