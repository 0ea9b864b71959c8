import type { Window } from '../../graph/operations';
import type { PendingValue } from '../../graph/value';
import type { Emission } from '../emission';
import { type FilterShape, isPointwise, roundUp } from '../convolution/filters';

export type ImageShape = readonly [number, number, number, number];

export type Pads = readonly [top: number, left: number, bottom: number, right: number];

/**
 * Minimum width of the taps, in elements. Below it there is too little work for each element of the gradient that is
 * read.
 */
const LEAST_COLUMNS = 9;
/** Blocks of filters that a blocked convolution computes at a time. */
const BLOCKS_AT_ONCE = 4;
/** Limit for the taps of a filter, so that they stay in the second-level cache. */
const MOST_TAP_BYTES = 2 ** 18;
/** Number of products that take as long as reordering one element of the image. */
const PRODUCTS_A_NUMBER = 25;

/** The sizes of a gradient of a filter as a blocked convolution. */
export interface Sliding {
  /** Shapes of the image, of the gradient of the result and of the filter. */
  readonly image: ImageShape;
  readonly result: ImageShape;
  readonly filter: FilterShape;
  readonly strides: readonly [number, number];
  /** Pads of the image: top, left, bottom, right. Negative pads crop. */
  readonly pads: Pads;
  /** Rows of padding above and below that the convolution adds itself. It skips their products. */
  readonly rowPads: readonly [number, number];
  /** Bands of examples and filters, filled up to whole blocks. */
  readonly channels: number;
  readonly filters: number;
  /** Number of bands of rows of the result. Each band of each example is a channel. */
  readonly bands: number;
  /** Rows of the result in a band; the last band may end in zeros. */
  readonly bandRows: number;
  /** Groups of channels with separate sums, so that two threads have equal work. */
  readonly parts: number;
}

/** The shapes and the window of a gradient of a filter. */
export interface FilterGradient {
  readonly image: ImageShape;
  readonly result: ImageShape;
  readonly filter: FilterShape;
  readonly window: Window;
}

/** Reads these from a value. */
export function filterGradientOf({ node, shape }: PendingValue<'Conv2DFilterGradient'>): FilterGradient {
  const [image, result] = node.inputShapes as [ImageShape, ImageShape];
  return { image, result, filter: shape as FilterShape, window: node.operation.attributes.window };
}

/**
 * Chooses the fastest sizes by an estimate; undefined if there is no such form.
 *
 * @param wholeBands true if the last band must not end in zeros
 */
export function chooseSliding(
  { block, threads }: Emission,
  { image, result, filter, window }: FilterGradient,
  wholeBands = false,
): Sliding | undefined {
  const { strides, dilations, pads } = window;
  const [kh, kw, depth] = filter;
  const [n, rows, columns, outputs] = result;
  if (block === 0 || dilations.some((dilation) => dilation !== 1)) return undefined;
  // The patches of a filter of one pixel are the image itself, so a matrix product is best.
  if (isPointwise(window) || 2 * Math.max(outputs, depth) < block || kw * depth < LEAST_COLUMNS) return undefined;
  const filters = roundUp(outputs, block);
  const atOnce = Math.min(filters, BLOCKS_AT_ONCE * block);
  const shares = Math.ceil(filters / (BLOCKS_AT_ONCE * block)) * kh;
  const parts = threads > 1 && shares % 2 === 1 && n > block ? 2 : 1;
  const width = (columns - 1) * strides[1] + kw;
  const sizesFor = (bands: number): Sliding => {
    const bandRows = Math.ceil(rows / bands);
    const height = (bands * bandRows - 1) * strides[0] + kh;
    const bottom = height - pads[0] - image[1];
    // If rows are missing, fill up examples, so that a block holds whole bands of whole examples.
    const step = bands * bandRows === rows ? parts * block : parts * Math.max(block, bands);
    return {
      ...{ image, result, filter, strides, filters, bands, bandRows, parts },
      pads: [pads[0], pads[1], bottom, width - pads[1] - image[2]],
      // The convolution cannot crop rows.
      rowPads: bands === 1 && bottom >= 0 ? [pads[0], bottom] : [0, 0],
      channels: roundUp(n * bands, step),
    };
  };
  const time = ({ channels, bandRows, rowPads: [top, bottom] }: Sliding): number => {
    const rowsRead = bandRows * kh - rowsSkipped(top) - rowsSkipped(bottom);
    const numbers = channels * ((bandRows - 1) * strides[0] + kh) * width * depth;
    return channels * rowsRead * columns * filters * kw * depth + PRODUCTS_A_NUMBER * numbers;
  };
  const fits = ({ bandRows }: Sliding): boolean => 4 * bandRows * columns * block * atOnce <= MOST_TAP_BYTES;
  const candidates = Array.from({ length: rows }, (_, i) => sizesFor(i + 1)).filter(
    ({ bands, bandRows }) => bands * bandRows === rows || (isPowerOfTwo(bands) && !wholeBands),
  );
  const fitting = candidates.filter(fits);
  // If even bands of a single row are too large, there is nothing better.
  if (fitting.length === 0) return sizesFor(rows);
  return fitting.reduce((best, sliding) => (time(sliding) < time(best) ? sliding : best));
}

/** Rows of padding that a convolution skips, over all rows of its filter. */
const rowsSkipped = (pad: number): number => (pad * (pad + 1)) / 2;

const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0;
