import type { ModelBuilder, ValueName } from '../encoding/model-builder';
import { sameShape } from '../graph/native-types';
import type { PendingValue, Value } from '../graph/value';
import type { Emission } from './emission';
import { type FilterShape, roundUp } from './filters';

type ImageShape = readonly [number, number, number, number];

/** Below this many columns of the result there is too little to do for each number of the gradient that is read. */
const LEAST_COLUMNS = 12;
/** Blocks of filters that the blocked convolution computes at a time. */
const BLOCKS_AT_ONCE = 4;
/** What is read for each few results, a filter's taps, should stay in the second-level cache. */
const MOST_TAP_BYTES = 2 ** 18;

/** A filter's gradient as a blocked convolution, with the sizes that it has there. */
interface Sliding {
  /** Of the image, of the gradient of the result, of the filter. */
  readonly image: ImageShape;
  readonly result: ImageShape;
  readonly filter: FilterShape;
  readonly strides: readonly [number, number];
  /** Zeros around the image, negative where it is cut: top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** Examples and filters, filled up with zeros to whole blocks. */
  readonly examples: number;
  readonly filters: number;
  /** Groups of examples that are summed apart, so that two threads have equally much to do. */
  readonly parts: number;
  /** Whether the rows of the result are channels of the convolution instead of rows of its kernel. */
  readonly byRows: boolean;
}

/**
 * The gradient of a convolution with respect to its filter as a blocked convolution, which needs no patches and is nearer
 * to the peak than a product of matrices: the examples are the channels, the gradient of the result is the filter, and
 * columns and channels of the image stand side by side in its rows, so that the next column is a dilation by the channels:
 *
 * `dW[y, x * C + c, o]` is the sum over n, i and j of `image[n, y + i, (x + j) * C + c] * gradient[n, i, j, o]`.
 *
 * @returns whether there is such a form
 */
export function emitBlockedFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): boolean {
  const sliding = plan(emission.block, value);
  if (sliding === undefined) return false;
  const { builder } = emission;
  const [image, gradient] = value.node.inputs as [Value, Value];
  const [kh, kw, channels, filters] = sliding.filter;
  const taps = gradientAsFilter(emission, gradient, sliding);
  const names = [imageByExamples(emission, image, sliding), taps] as const;
  const products = sliding.byRows ? slideRows(emission, names, sliding) : slideImages(builder, names, sliding);
  const [images, rows] = sliding.byRows ? [kh, 1] : [1, kh];
  const parts = builder.reshape(products, [images, sliding.parts, sliding.filters * rows * kw * channels]);
  const sums = sliding.parts === 1 ? parts : builder.op('ReduceSum', [parts, builder.ints(1)], { keepdims: 0 });
  const blocks = builder.reshape(sums, [images, sliding.filters, rows, kw * channels]);
  const flat = builder.blocked('ReorderOutput', [blocks], { channels: filters, channels_last: 1 });
  emission.setFlat(value, builder.reshape(flat, value.shape));
  return true;
}

function plan(block: number, { node, shape }: PendingValue<'Conv2DFilterGradient'>): Sliding | undefined {
  const { strides, dilations, pads } = node.operation.attributes.window;
  const filter = shape as FilterShape;
  const [image, result] = node.inputShapes as [ImageShape, ImageShape];
  const [kh, kw, channels] = filter;
  const [n, rows, columns, outputs] = result;
  const dilated = dilations.some((dilation) => dilation !== 1);
  if (block === 0 || dilated || outputs < block || kw * channels < LEAST_COLUMNS) return undefined;
  const filters = roundUp(outputs, block);
  const atOnce = Math.min(filters, BLOCKS_AT_ONCE * block);
  const shares = Math.ceil(filters / (BLOCKS_AT_ONCE * block)) * kh;
  const parts = shares % 2 === 1 && n > block ? 2 : 1;
  return {
    image,
    result,
    filter,
    strides,
    pads: [
      pads[0],
      pads[1],
      (rows - 1) * strides[0] + kh - pads[0] - image[1],
      (columns - 1) * strides[1] + kw - pads[1] - image[2],
    ],
    examples: roundUp(n, parts * block),
    filters,
    parts,
    byRows: 4 * rows * columns * block * atOnce > MOST_TAP_BYTES,
  };
}

/** Rows that the image gets; where the convolution itself may add them it skips them, which is faster. */
const ownRows = ({ pads: [top, , bottom], byRows }: Sliding): readonly [number, number] =>
  byRows || bottom < 0 ? [top, bottom] : [0, 0];

/** Numbers in a row of the image with its padding. */
const lineOf = ({ image: [, , width, channels], pads: [, left, , right] }: Sliding): number =>
  (width + left + right) * channels;

/** The image with its examples as channels in blocks: `[1, examples, rows, columns * channels]`. */
function imageByExamples(emission: Emission, value: Value, sliding: Sliding): ValueName {
  const { builder } = emission;
  const { image, pads, examples } = sliding;
  const [top, bottom] = ownRows(sliding);
  const around = [0, top, pads[1], 0, examples - image[0], bottom, pads[3], 0];
  const flat = emission.flat(value, image);
  const padded = around.some((pad) => pad !== 0) ? builder.op('Pad', [flat, builder.ints(...around)]) : flat;
  const rows = builder.reshape(padded, [1, examples, image[1] + top + bottom, lineOf(sliding)]);
  return builder.blocked('ReorderInput', [rows]);
}

/** The gradient of the result in the order of a blocked filter: filters and examples in blocks, one within the other. */
function gradientAsFilter(emission: Emission, gradient: Value, sliding: Sliding): ValueName {
  const { builder, block } = emission;
  const { result, examples, filters, parts } = sliding;
  const [n, rows, columns, outputs] = result;
  const missing = [examples - n, filters - outputs] as const;
  const groups = [parts, examples / parts / block, block];
  const inBlocks = emission.isBlockedOnly(gradient) || emission.hasFilledBlocks(gradient);
  if (inBlocks && sameShape(gradient.shape, result)) {
    const flat = builder.reshape(emission.blocked(gradient), [n, filters * rows * columns]);
    const whole = missing[0] === 0 ? flat : builder.op('Pad', [flat, builder.ints(0, 0, missing[0], 0)]);
    const split = builder.reshape(whole, [...groups, filters / block, rows * columns, block]);
    return builder.transpose(split, [0, 3, 1, 4, 2, 5]);
  }
  const flat = emission.flat(gradient, [n, rows * columns, outputs]);
  const pads = builder.ints(0, 0, 0, missing[0], 0, missing[1]);
  const whole = missing.every((count) => count === 0) ? flat : builder.op('Pad', [flat, pads]);
  const split = builder.reshape(whole, [...groups, rows * columns, filters / block, block]);
  return builder.transpose(split, [0, 4, 1, 3, 2, 5]);
}

/** The convolution in one: the kernel is as large as the result. */
function slideImages(
  builder: ModelBuilder,
  [image, taps]: readonly [ValueName, ValueName],
  sliding: Sliding,
): ValueName {
  const { result, strides, pads, examples, filters, parts, filter } = sliding;
  const [, rows, columns] = result;
  const [top, bottom] = ownRows(sliding);
  const shaped = builder.reshape(taps, [parts * filters, examples / parts, rows, columns]);
  return builder.blocked('Conv', [image, shaped], {
    kernel_shape: [rows, columns],
    dilations: [strides[0], strides[1] * filter[2]],
    pads: [pads[0] - top, 0, pads[2] - bottom, 0],
    group: parts,
  });
}

/** The convolution row by row, for large images: each row of the filter is an image, made of the rows that it meets. */
function slideRows(
  { builder, block }: Emission,
  [image, taps]: readonly [ValueName, ValueName],
  sliding: Sliding,
): ValueName {
  const { result, strides, examples, filters, parts, filter, image: shape, pads } = sliding;
  const [, rows, columns] = result;
  const line = lineOf(sliding);
  const planes = builder.reshape(image, [examples / block, shape[1] + pads[0] + pads[2], line * block]);
  const met = Array.from({ length: filter[0] }, (_, y) => {
    const range = [y, y + (rows - 1) * strides[0] + 1, 1, strides[0]];
    return builder.op('Slice', [planes, ...range.map((number) => builder.ints(number))]);
  });
  const stacked = met.length === 1 ? met[0]! : builder.op('Concat', met, { axis: 0 });
  const images = builder.reshape(stacked, [filter[0], examples * rows, 1, line]);
  const shaped = builder.reshape(taps, [parts * filters, (examples * rows) / parts, 1, columns]);
  return builder.blocked('Conv', [images, shaped], {
    kernel_shape: [1, columns],
    dilations: [1, strides[1] * filter[2]],
    group: parts,
  });
}
