import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import type { Value } from '../../graph/value';
import type { Emission } from '../emission';
import type { ImageShape, Pads, Sliding } from './sliding';

/** An image in blocks whose channels are bands of examples: `[planes, bands of examples, rows, columns * depth]`. */
export interface ByExamples {
  readonly name: ValueName;
  /** Number of groups of channels, each an image of its own, and the channels of each. */
  readonly planes: number;
  readonly depth: number;
}

/** A padded image: `[examples, planes, rows, columns * depth]`. */
interface Padded extends ByExamples {
  readonly rows: number;
  readonly line: number;
}

/** Converts an image: its bands of examples become channels. */
export function imageByExamples(emission: Emission, value: Value, sliding: Sliding): ByExamples {
  const { builder } = emission;
  const { image, filter, pads, rowPads, strides, channels, bands, bandRows } = sliding;
  const [n] = image;
  const outerPads = [pads[0] - rowPads[0], pads[1], pads[2] - rowPads[1], pads[3]] as const;
  if (bands === 1) {
    const { name, rows, line, depth } = rowMajorPadded(emission, value, image, outerPads, channels - n);
    const byExamples = builder.blocked('ReorderInput', [builder.reshape(name, [1, channels, rows, line])]);
    return { name: byExamples, planes: 1, depth };
  }
  const rowsRead = (bandRows - 1) * strides[0] + filter[0];
  const fills = channels > n * bands;
  // Without a row of zeros in the padding, one example of zeros supplies it.
  const added = fills && outerPads[0] <= 0 && outerPads[2] <= 0 ? 1 : 0;
  const inBlocks = added === 0 ? paddedBlocks(emission, value, image, outerPads) : undefined;
  const padded = inBlocks ?? rowMajorPadded(emission, value, image, outerPads, added);
  const { name, planes, depth, rows, line } = padded;
  if (planes === 1 && !fills && bands * rowsRead === rows) {
    const shape = [planes, channels, rowsRead, line];
    return { name: builder.blocked('ReorderInput', [builder.reshape(name, shape)]), planes, depth };
  }
  const zeros = outerPads[0] > 0 ? 0 : outerPads[2] > 0 ? rows - 1 : n * planes * rows;
  return bandsByExamples(builder, padded, sliding, { first: 0, zeros });
}

/** The rows to take from a padded image. */
interface RowsToTake {
  readonly first: number;
  /** Index of a row of zeros among all rows of all planes and examples. */
  readonly zeros: number;
}

/** Gathers the bands of padded images as channels, filled up with rows of zeros. */
export function bandsByExamples(
  builder: ModelBuilder,
  { name, planes, depth, rows, line }: Padded,
  { image: [n], filter, strides, channels, bands, bandRows }: Sliding,
  { first, zeros }: RowsToTake,
): ByExamples {
  const rowsRead = (bandRows - 1) * strides[0] + filter[0];
  const indices = new Int32Array(planes * channels * rowsRead);
  for (let i = 0; i < indices.length; i++) {
    const [plane, channel] = [Math.floor(i / rowsRead / channels), Math.floor(i / rowsRead) % channels];
    const [example, band] = [Math.floor(channel / bands), channel % bands];
    const row = first + band * bandRows * strides[0] + (i % rowsRead);
    indices[i] = example < n ? (example * planes + plane) * rows + row : zeros;
  }
  const table = builder.reshape(name, [-1, line]);
  const bandsOfRows = rowsAt(builder, table, indices, [planes, channels, rowsRead]);
  return { name: builder.blocked('ReorderInput', [bandsOfRows]), planes, depth };
}

/**
 * Pads an image in whole blocks; each block remains an image of its own. Undefined if the image is not in whole blocks
 * or has negative pads.
 */
function paddedBlocks(emission: Emission, value: Value, image: ImageShape, outerPads: Pads): Padded | undefined {
  const { builder, block } = emission;
  const [, height, width, channels] = image;
  const inBlocks = emission.canBlock(channels) && emission.isInBlocks(value) && sameShape(value.shape, image);
  if (!inBlocks || Math.min(...outerPads) < 0) return undefined;
  const [top, left, bottom, right] = outerPads;
  let name = emission.blocked(value);
  if (Math.max(...outerPads) > 0) {
    // A convolution of one tap pads on all threads; Pad uses one.
    const ones = builder.constant('float32', [channels, 1, 1, 1], new Float32Array(channels).fill(1));
    name = builder.blocked('Conv', [name, ones], { kernel_shape: [1, 1], pads: outerPads, group: channels });
  }
  const line = (left + width + right) * block;
  return { name, planes: channels / block, depth: block, rows: top + height + bottom, line };
}

/** Pads a row-major image on all sides and after the last example. */
function rowMajorPadded(
  emission: Emission,
  value: Value,
  image: ImageShape,
  [top, left, bottom, right]: Pads,
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
 * Converts the gradient of the result to the layout of a blocked filter: blocks of filters of blocks of channels. The
 * filling of the last block of channels is multiplied by zeros of the image and may hold anything.
 */
export function gradientAsFilter(emission: Emission, gradient: Value, sliding: Sliding): ValueName {
  const { builder, block } = emission;
  const { result, channels, filters, bands, bandRows, parts } = sliding;
  const [n, rows, columns, outputs] = result;
  const [bandPixels, filterBlocks, groups] = [bandRows * columns, filters / block, channels / parts / block];
  const missing = { channels: channels - n * bands, rows: bands * bandRows - rows, filters: filters - outputs };
  const image = gradientInBlocks(emission, gradient, result);
  if (image === undefined) {
    const flat = emission.flat(gradient, [n, rows, columns, outputs]);
    const whole =
      missing.rows === 0
        ? filledUp(builder, builder.reshape(flat, [n * bands, bandPixels, outputs]), [
            missing.channels,
            0,
            missing.filters,
          ])
        : filledUp(builder, flat, [missing.channels / bands, missing.rows, 0, missing.filters]);
    const split = builder.reshape(whole, [parts, groups, block, bandPixels, filterBlocks, block]);
    return builder.transpose(split, [0, 4, 1, 3, 2, 5]);
  }
  if (missing.rows === 0) return gatheredTaps(builder, image, sliding, block);
  // A block holds several examples, or several bands of one example.
  const bandsInBlock = Math.min(bands, block);
  const examplesInBlock = block / bandsInBlock;
  const examples = channels / bands / parts / examplesInBlock;
  const byRows = builder.reshape(image, [n, filterBlocks, rows, columns * block]);
  const whole = filledUp(builder, byRows, [missing.channels / bands, 0, missing.rows, 0]);
  const inBands = [bands / bandsInBlock, bandsInBlock, bandPixels, block];
  const split = builder.reshape(whole, [parts, examples, examplesInBlock, filterBlocks, ...inBands]);
  return builder.transpose(split, [0, 3, 1, 4, 6, 2, 5, 7]);
}

/**
 * Gathers a gradient in blocks, pixel by pixel, into the layout of a blocked filter. This is faster than a
 * transposition.
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
  const [pixels, bandPixels, filterBlocks] = [rows * columns, bandRows * columns, filters / block];
  const indices = new Int32Array(filterBlocks * channels * bandPixels);
  let next = 0;
  const gather = (filterBlock: number, firstChannel: number): void => {
    for (let pixel = 0; pixel < bandPixels; pixel++) {
      for (let channel = firstChannel; channel < firstChannel + block; channel++) {
        const [example, band] = [Math.floor(channel / bands), channel % bands];
        indices[next++] = example < n ? (example * filterBlocks + filterBlock) * pixels + band * bandPixels + pixel : 0;
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

/** Returns the gradient in blocks if it is in blocks, or has so few channels that a conversion pays. */
function gradientInBlocks(emission: Emission, gradient: Value, shape: ImageShape): ValueName | undefined {
  const { builder, block } = emission;
  if (emission.isInBlocks(gradient) && sameShape(gradient.shape, shape)) return emission.blocked(gradient);
  if (shape[3] >= block) return undefined;
  // Fill up whole planes: filling up element by element is slow.
  const planes = builder.ints(0, 0, 0, 0, 0, block - shape[3], 0, 0);
  return builder.blocked('ReorderInput', [builder.op('Pad', [emission.nchw(gradient, shape), planes])]);
}

/** Gathers rows of a matrix; the result has the shape of the indices. */
const rowsAt = (
  builder: ModelBuilder,
  matrix: ValueName,
  indices: Int32Array<ArrayBuffer>,
  shape: readonly number[] = [indices.length],
): ValueName => builder.op('Gather', [matrix, builder.constant('int32', shape, indices)], { axis: 0 });

/** Appends zeros along each axis. */
function filledUp(builder: ModelBuilder, input: ValueName, missing: readonly number[]): ValueName {
  if (missing.every((count) => count === 0)) return input;
  return builder.op('Pad', [input, builder.ints(...missing.map(() => 0), ...missing)]);
}
