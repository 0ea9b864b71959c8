import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import type { Window } from '../../graph/operations';
import type { Emission, Pair } from '../emission';
import type { FilterShape } from './filters';
import type { Planes } from '../layout/image-parts';

/**
 * Winograd's minimal filtering F(2, 3) along rows (Winograd 1980; Lavin and Gray 2016): four products of rows, instead
 * of six, give two rows of the result of a filter of three rows. Each product is a convolution along columns and
 * channels.
 *
 * A row of the result is `y[j] = x[j - 1] g[0] + x[j] g[1] + x[j + 1] g[2]`, with rows `x[j]` of the image and `g[k]` of
 * the filter. Minimal filtering computes it as:
 *
 *     m[0] = (x[2i - 1] - x[2i + 1]) g[0]              y[2i] = m[0] + m[1] + m[2]
 *     m[1] = (x[2i] + x[2i + 1]) (g[0] + g[1] + g[2]) / 2
 *     m[2] = (x[2i + 1] - x[2i]) (g[0] - g[1] + g[2]) / 2
 *     m[3] = (x[2i + 2] - x[2i]) g[2]                  y[2i + 1] = m[1] - m[2] + m[3]
 *
 * Both gradients use the transposed scheme: four products of sums of rows.
 */
const SUMS_OF_ROWS = [
  { signs: [1, -1], distance: 2, pads: [1, 0] },
  { signs: [1, 1], distance: 1, pads: [0, 0] },
  { signs: [-1, 1], distance: 1, pads: [0, 0] },
  { signs: [-1, 1], distance: 2, pads: [0, 1] },
] as const;

export type Four = readonly [ValueName, ValueName, ValueName, ValueName];

/** Number of products that take as long as the additional work on one element of an image or a gradient. */
const PRODUCTS_A_NUMBER = 16;
/** Rows of padding whose products a plain convolution skips. */
const ROWS_SKIPPED = 2;

/**
 * True if minimal filtering makes a convolution or its gradient faster.
 *
 * @param asked `image`: the result or the gradient of the image; `gradient of filter`: the gradient of the filter
 */
export function suitsMinimalFiltering(
  block: number,
  { kernel, strides, dilations, pads }: Window,
  [, height]: readonly number[],
  [, , channels, filters]: FilterShape,
  asked: 'image' | 'gradient of filter',
): boolean {
  if (block === 0 || channels % block !== 0 || filters % block !== 0) return false;
  const slides =
    [...strides, ...dilations, ...pads].every((one) => one === 1) && kernel.every((length) => length === 3);
  if (!slides || (asked === 'image' && height! % 2 !== 0)) return false;
  const pairs = Math.ceil(height! / 2);
  const saved = 3 * height! - (asked === 'image' ? ROWS_SKIPPED : 0) - 4 * pairs;
  return 3 * saved * channels * filters >= PRODUCTS_A_NUMBER * 2 * pairs * (3 * channels + 2 * filters);
}

/** The padding around the sums of rows of an image. */
export interface Surroundings {
  /** Rows of zeros that make the number of rows even: 0 or 1. */
  readonly added: number;
  /** Columns of zeros on either side. */
  readonly columns: number;
  /** True for one more row of zeros: above the first sum, below the others. */
  readonly rowOfZeros: boolean;
}

/** Computes the four sums of rows of an image in blocks: each `[n, c, h / 2, w]` plus the padding. */
export function sumsOfRows(
  builder: ModelBuilder,
  blocks: ValueName,
  channels: number,
  block: number,
  { added, columns, rowOfZeros }: Surroundings,
): Four {
  const zeros = rowOfZeros ? 2 : 0;
  return SUMS_OF_ROWS.map(({ signs, distance, pads }, i) =>
    depthwise(builder, [blocks, tapsOf(builder, signs, channels, block)], channels, {
      strides: [2, 1],
      dilations: [distance, 1],
      pads: [pads[0] + (i === 0 ? zeros : 0), columns, pads[1] + added + (i === 0 ? 0 : zeros), columns],
    }),
  ) as unknown as Four;
}

/** Convolves an image in blocks with a filter (HWIO), bias and activation. Returns the even and the odd rows. */
export function minimalConvolution(
  { builder, block }: Emission,
  blocks: ValueName,
  filter: ValueName,
  shape: FilterShape,
  bias: ValueName,
  activation: Attributes,
): Pair {
  const images = sumsOfRows(builder, blocks, shape[2], block, { added: 0, columns: 0, rowOfZeros: false });
  const filters = forwardFilters(builder, filter, shape, block);
  const product = (i: 0 | 1 | 2 | 3, rest: ValueName[] = [], attributes: Attributes = {}): ValueName =>
    builder.blocked('Conv', [images[i], filters[i], ...rest], { ...ALONG_COLUMNS, ...attributes });
  const [first, second] = [product(1), product(2)];
  const [sum, difference] = [builder.op('Add', [first, second]), builder.op('Sub', [first, second])];
  return [product(0, [bias, sum], activation), product(3, [bias, difference], activation)];
}

/** Computes the even and the odd rows of the gradient of the image from those of the gradient of the result. */
export function minimalImageGradient(emission: Emission, gradient: Pair, filter: ValueName, shape: FilterShape): Pair {
  const { builder, block } = emission;
  const [, , channels] = shape;
  const filters = backwardFilters(builder, filter, shape, block);
  const [m0, m1, m2, m3] = sumsOfGradients(builder, gradient).map((image, i) =>
    builder.blocked('Conv', [image, filters[i]!], ALONG_COLUMNS),
  ) as unknown as Four;
  const none = builder.constant('float32', [channels], new Float32Array(channels));
  const add = (signs: readonly [number, number], image: ValueName, pads: readonly number[], to: ValueName): ValueName =>
    depthwise(builder, [image, tapsOf(builder, signs, channels, block), none, to], channels, { pads });
  return [
    add([1, -1], m3, [1, 0, 0, 0], builder.op('Sub', [m1, m2])),
    add([-1, 1], m0, [0, 0, 1, 0], builder.op('Add', [m1, m2])),
  ];
}

/** Computes the four factors of the backward products from the even and the odd rows of the gradient of the result. */
export function sumsOfGradients(builder: ModelBuilder, [even, odd]: Pair): Four {
  const both = (operator: 'Add' | 'Sub'): ValueName =>
    builder.once(`${operator} ${even} ${odd}`, () => builder.op(operator, [even, odd]));
  return [even, both('Add'), both('Sub'), odd];
}

/** Computes the rows of the gradient of the filter from the gradients of the four filters. */
export function rowsOfFilterGradient(builder: ModelBuilder, [g0, g1, g2, g3]: Four): readonly ValueName[] {
  const halved = (operator: 'Add' | 'Sub'): ValueName =>
    builder.op('Mul', [builder.op(operator, [g1, g2]), builder.float(0.5)]);
  const half = halved('Add');
  return [builder.op('Add', [g0, half]), halved('Sub'), builder.op('Add', [g3, half])];
}

const ALONG_COLUMNS: Attributes = { kernel_shape: [1, 3], pads: [0, 1, 0, 1] };

/** Computes the four filters, `[4, 3, inputs, outputs]`. */
function fourFilters(builder: ModelBuilder, filter: ValueName): ValueName {
  return builder.once(`filters of row pairs ${filter}`, () => {
    const [g0, g1, g2] = builder.split(filter, 0, 3) as [ValueName, ValueName, ValueName];
    const halved = (name: ValueName): ValueName => builder.op('Mul', [name, builder.float(0.5)]);
    const [outer, middle] = [halved(builder.op('Add', [g0, g2])), halved(g1)];
    const [sum, difference] = [builder.op('Add', [outer, middle]), builder.op('Sub', [outer, middle])];
    return builder.op('Concat', [g0, sum, difference, g2], { axis: 0 });
  });
}

/** The four filters in the layout of blocked convolutions of blocked images. */
function forwardFilters(
  builder: ModelBuilder,
  filter: ValueName,
  [, w, inputs, outputs]: FilterShape,
  block: number,
): Four {
  const split = builder.reshape(fourFilters(builder, filter), [4, w, inputs / block, block, outputs / block, block]);
  const blocks = builder.transpose(split, [0, 4, 2, 1, 3, 5]);
  return apart(builder, blocks, [outputs, inputs, 1, w]);
}

/** The four filters for gradients of images: flipped, with inputs and outputs exchanged. */
function backwardFilters(
  builder: ModelBuilder,
  filter: ValueName,
  [, w, inputs, outputs]: FilterShape,
  block: number,
): Four {
  const ranges = [builder.ints(-1), builder.ints(Number.MIN_SAFE_INTEGER), builder.ints(1), builder.ints(-1)];
  const flipped = builder.op('Slice', [fourFilters(builder, filter), ...ranges]);
  // Transpose copies element by element. ReorderInput, with taps as images and inputs as channels, goes by blocks.
  const reordered = builder.blocked('ReorderInput', [builder.reshape(flipped, [4 * w, inputs, 1, outputs])]);
  const split = builder.reshape(reordered, [4, w, inputs / block, outputs / block, block * block]);
  return apart(builder, builder.transpose(split, [0, 2, 3, 1, 4]), [inputs, outputs, 1, w]);
}

function apart(builder: ModelBuilder, four: ValueName, shape: readonly number[]): Four {
  return builder.split(four, 0, 4).map((one) => builder.reshape(one, shape)) as unknown as Four;
}

/** Taps of a depthwise convolution over two rows; each tap is 1 or -1. */
function tapsOf(builder: ModelBuilder, signs: readonly [number, number], channels: number, block: number): ValueName {
  return builder.once(`signs ${signs.join()} ${channels}`, () => {
    const taps = Float32Array.from({ length: 2 * channels }, (_, i) => signs[Math.floor(i / block) % 2]!);
    return builder.constant('float32', [channels, 1, 2, 1], taps);
  });
}

function depthwise(
  builder: ModelBuilder,
  inputs: readonly ValueName[],
  channels: number,
  attributes: Attributes,
): ValueName {
  return builder.blocked('Conv', inputs, { kernel_shape: [2, 1], group: channels, ...attributes });
}

/** Bytes of the intermediate values of such a convolution. */
export const minimalScratchBytes = ([n, channels, height, width]: Planes, filters: number): number =>
  4 * n * height * width * (2 * channels + 2 * filters);
