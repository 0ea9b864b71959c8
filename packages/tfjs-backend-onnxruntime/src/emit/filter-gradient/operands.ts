import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import type { Value } from '../../graph/value';
import type { Emission } from '../emission';
import type { ImageShape, Sides, Sliding } from './sliding';

/** An image whose channels are bands of examples, in blocks: `[planes, bands of examples, rows, columns * depth]`. */
export interface ByExamples {
  readonly name: ValueName;
  /** Images that its channels are cut into, and how many each of them has. */
  readonly planes: number;
  readonly depth: number;
}

/** An image with zeros around it: `[examples, planes, rows, columns * depth]`. */
interface Padded extends ByExamples {
  readonly rows: number;
  readonly line: number;
}

/** The image with bands of examples as channels. */
export function imageByExamples(emission: Emission, value: Value, sliding: Sliding): ByExamples {
  const { builder } = emission;
  const { image, filter, pads, rowPads, strides, channels, bands, bandRows } = sliding;
  const [n] = image;
  const sides = [pads[0] - rowPads[0], pads[1], pads[2] - rowPads[1], pads[3]] as const;
  if (bands === 1) {
    const { name, rows, line, depth } = rowMajorPadded(emission, value, image, sides, channels - n);
    const byExamples = builder.blocked('ReorderInput', [builder.reshape(name, [1, channels, rows, line])]);
    return { name: byExamples, planes: 1, depth };
  }
  const met = (bandRows - 1) * strides[0] + filter[0];
  const fills = channels > n * bands;
  // Where there is no row of zeros around the image to fill up with, one example of zeros has some.
  const added = fills && sides[0] <= 0 && sides[2] <= 0 ? 1 : 0;
  const inBlocks = added === 0 ? paddedBlocks(emission, value, image, sides) : undefined;
  const padded = inBlocks ?? rowMajorPadded(emission, value, image, sides, added);
  const { name, planes, depth, rows, line } = padded;
  if (planes === 1 && !fills && bands * met === rows) {
    const shape = [planes, channels, met, line];
    return { name: builder.blocked('ReorderInput', [builder.reshape(name, shape)]), planes, depth };
  }
  const zeros = sides[0] > 0 ? 0 : sides[2] > 0 ? rows - 1 : n * planes * rows;
  return bandsByExamples(builder, padded, sliding, { first: 0, zeros });
}

/** Which rows of an image with zeros around it there are to take: from the first on, and one of zeros. */
interface RowsToTake {
  readonly first: number;
  /** Among all rows of all planes and examples. */
  readonly zeros: number;
}

/** Bands of rows of images with zeros around them as channels, filled up with rows of zeros. */
export function bandsByExamples(
  builder: ModelBuilder,
  { name, planes, depth, rows, line }: Padded,
  { image: [n], filter, strides, channels, bands, bandRows }: Sliding,
  { first, zeros }: RowsToTake,
): ByExamples {
  const met = (bandRows - 1) * strides[0] + filter[0];
  const indices = new Int32Array(planes * channels * met);
  for (let i = 0; i < indices.length; i++) {
    const [plane, channel] = [Math.floor(i / met / channels), Math.floor(i / met) % channels];
    const [example, band] = [Math.floor(channel / bands), channel % bands];
    const row = first + band * bandRows * strides[0] + (i % met);
    indices[i] = example < n ? (example * planes + plane) * rows + row : zeros;
  }
  const table = builder.reshape(name, [-1, line]);
  const bandsOfRows = rowsAt(builder, table, indices, [planes, channels, met]);
  return { name: builder.blocked('ReorderInput', [bandsOfRows]), planes, depth };
}

/** An image that is in whole blocks, each of which stays an image of its own; undefined where it is not or is cut. */
function paddedBlocks(emission: Emission, value: Value, image: ImageShape, sides: Sides): Padded | undefined {
  const { builder, block } = emission;
  const [, height, width, channels] = image;
  const inBlocks = emission.canBlock(channels) && emission.isInBlocks(value) && sameShape(value.shape, image);
  if (!inBlocks || Math.min(...sides) < 0) return undefined;
  const [top, left, bottom, right] = sides;
  let name = emission.blocked(value);
  if (Math.max(...sides) > 0) {
    // A convolution of one tap pads in blocks by all threads; Pad has but one.
    const ones = builder.constant('float32', [channels, 1, 1, 1], new Float32Array(channels).fill(1));
    name = builder.blocked('Conv', [name, ones], { kernel_shape: [1, 1], pads: sides, group: channels });
  }
  const line = (left + width + right) * block;
  return { name, planes: channels / block, depth: block, rows: top + height + bottom, line };
}

/** The image row-major, with zeros around it and behind the last example. */
function rowMajorPadded(
  emission: Emission,
  value: Value,
  image: ImageShape,
  [top, left, bottom, right]: Sides,
  examples: number,
): Padded {
  const { builder } = emission;
  const [, height, width, depth] = image;
  const around = [0, top, left, 0, examples, bottom, right, 0];
  const flat = emission.flat(value, image);
  const name = around.every((pad) => pad === 0) ? flat : builder.op('Pad', [flat, builder.ints(...around)]);
  return { name, planes: 1, depth, rows: top + height + bottom, line: (left + width + right) * depth };
}

/**
 * The gradient of the result in the order of a blocked filter: filters and channels in blocks, one within the other. What
 * fills the last block of channels meets zeros of the image and may be anything.
 */
export function gradientAsFilter(emission: Emission, gradient: Value, sliding: Sliding): ValueName {
  const { builder, block } = emission;
  const { result, channels, filters, bands, bandRows, parts } = sliding;
  const [n, rows, columns, outputs] = result;
  const [places, filterBlocks, groups] = [bandRows * columns, filters / block, channels / parts / block];
  const missing = { channels: channels - n * bands, rows: bands * bandRows - rows, filters: filters - outputs };
  const image = gradientInBlocks(emission, gradient, result);
  if (image === undefined) {
    const flat = emission.flat(gradient, [n, rows, columns, outputs]);
    const whole =
      missing.rows === 0
        ? filledUp(builder, builder.reshape(flat, [n * bands, places, outputs]), [missing.channels, 0, missing.filters])
        : filledUp(builder, flat, [missing.channels / bands, missing.rows, 0, missing.filters]);
    const split = builder.reshape(whole, [parts, groups, block, places, filterBlocks, block]);
    return builder.transpose(split, [0, 4, 1, 3, 2, 5]);
  }
  if (missing.rows === 0) return gatheredTaps(builder, image, sliding, block);
  // Either a block has several examples, or several bands of one.
  const bandsInBlock = Math.min(bands, block);
  const examplesInBlock = block / bandsInBlock;
  const examples = channels / bands / parts / examplesInBlock;
  const byRows = builder.reshape(image, [n, filterBlocks, rows, columns * block]);
  const whole = filledUp(builder, byRows, [missing.channels / bands, 0, missing.rows, 0]);
  const inBands = [bands / bandsInBlock, bandsInBlock, places, block];
  const split = builder.reshape(whole, [parts, examples, examplesInBlock, filterBlocks, ...inBands]);
  return builder.transpose(split, [0, 3, 1, 4, 6, 2, 5, 7]);
}

/**
 * A gradient in blocks in the order of a blocked filter, pixel by pixel: faster than a transposition.
 */
export function gatheredTaps(
  builder: ModelBuilder,
  image: ValueName,
  {
    result,
    channels,
    filters,
    bands,
    bandRows,
    parts,
  }: Pick<Sliding, 'result' | 'channels' | 'filters' | 'bands' | 'bandRows' | 'parts'>,
  block: number,
): ValueName {
  const [n, rows, columns] = result;
  const [pixels, places, filterBlocks] = [rows * columns, bandRows * columns, filters / block];
  const indices = new Int32Array(filterBlocks * channels * places);
  let next = 0;
  const gather = (filterBlock: number, firstChannel: number): void => {
    for (let place = 0; place < places; place++) {
      for (let channel = firstChannel; channel < firstChannel + block; channel++) {
        const [example, band] = [Math.floor(channel / bands), channel % bands];
        indices[next++] = example < n ? (example * filterBlocks + filterBlock) * pixels + band * places + place : 0;
      }
    }
  };
  const inPart = channels / parts;
  for (let first = 0; first < channels; first += inPart) {
    for (let filterBlock = 0; filterBlock < filterBlocks; filterBlock++) {
      for (let channel = first; channel < first + inPart; channel += block) gather(filterBlock, channel);
    }
  }
  return rowsAt(builder, builder.reshape(image, [n * filterBlocks * pixels, block]), indices);
}

/** The gradient in blocks, where it is, or has so few channels that it may as well be. */
function gradientInBlocks(emission: Emission, gradient: Value, shape: ImageShape): ValueName | undefined {
  const { builder, block } = emission;
  if (emission.isInBlocks(gradient) && sameShape(gradient.shape, shape)) return emission.blocked(gradient);
  if (shape[3] >= block) return undefined;
  // Plane by plane: number by number, filling up is slow.
  const planes = builder.ints(0, 0, 0, 0, 0, block - shape[3], 0, 0);
  return builder.blocked('ReorderInput', [builder.op('Pad', [emission.nchw(gradient, shape), planes])]);
}

/** Rows of a matrix in the shape of their indices. */
const rowsAt = (
  builder: ModelBuilder,
  matrix: ValueName,
  indices: Int32Array<ArrayBuffer>,
  shape: readonly number[] = [indices.length],
): ValueName => builder.op('Gather', [matrix, builder.constant('int32', shape, indices)], { axis: 0 });

/** Zeros behind the last number of each axis. */
function filledUp(builder: ModelBuilder, input: ValueName, missing: readonly number[]): ValueName {
  if (missing.every((count) => count === 0)) return input;
  return builder.op('Pad', [input, builder.ints(...missing.map(() => 0), ...missing)]);
}
