import type { Window } from '../../graph/operations';
import type { PendingValue } from '../../graph/value';
import type { Emission } from '../emission';
import { type FilterShape, isPointwise, roundUp } from '../convolution/filters';

export type ImageShape = readonly [number, number, number, number];

export type Sides = readonly [top: number, left: number, bottom: number, right: number];

/** Below this many columns of the result there is too little to do for each number of the gradient that is read. */
const LEAST_COLUMNS = 9;
/** Blocks of filters that the blocked convolution computes at a time. */
const BLOCKS_AT_ONCE = 4;
/** What is read for each few results, a filter's taps, should stay in the second-level cache. */
const MOST_TAP_BYTES = 2 ** 18;
/** Products that take as long as it takes to bring one number of the image into its place. */
const PRODUCTS_A_NUMBER = 25;

/** A filter's gradient as a blocked convolution, with the sizes that it has there. */
export interface Sliding {
  /** Of the image, of the gradient of the result, of the filter. */
  readonly image: ImageShape;
  readonly result: ImageShape;
  readonly filter: FilterShape;
  readonly strides: readonly [number, number];
  /** Zeros around the image, negative where it is cut: top, left, bottom, right. */
  readonly pads: Sides;
  /** Rows of zeros that the convolution adds itself, which is faster as it skips them, above and below. */
  readonly rowPads: readonly [number, number];
  /** Bands of examples, and filters, filled up so that they are whole blocks. */
  readonly channels: number;
  readonly filters: number;
  /** Bands of rows of the result. Each band of each example is a channel. */
  readonly bands: number;
  /** Rows of the result in a band; the last band may end in zeros. */
  readonly bandRows: number;
  /** Groups of channels that are summed apart, so that two threads have equally much to do. */
  readonly parts: number;
}

/** A filter's gradient as it is asked for. */
export interface FilterGradient {
  readonly image: ImageShape;
  readonly result: ImageShape;
  readonly filter: FilterShape;
  readonly window: Window;
}

/** The gradient that a value is. */
export function filterGradientOf({ node, shape }: PendingValue<'Conv2DFilterGradient'>): FilterGradient {
  const [image, result] = node.inputShapes as [ImageShape, ImageShape];
  return { image, result, filter: shape as FilterShape, window: node.operation.attributes.window };
}

/**
 * The sizes that take the least time, or undefined where there is no such form.
 * @param wholeBands whether the last band may not end in zeros
 */
export function planSliding(
  { block, threads }: Emission,
  { image, result, filter, window }: FilterGradient,
  wholeBands = false,
): Sliding | undefined {
  const { strides, dilations, pads } = window;
  const [kh, kw, depth] = filter;
  const [n, rows, columns, outputs] = result;
  if (block === 0 || dilations.some((dilation) => dilation !== 1)) return undefined;
  // The patches of a filter of one pixel are the image: a product of matrices as they stand.
  if (isPointwise(window) || 2 * Math.max(outputs, depth) < block || kw * depth < LEAST_COLUMNS) return undefined;
  const filters = roundUp(outputs, block);
  const atOnce = Math.min(filters, BLOCKS_AT_ONCE * block);
  const shares = Math.ceil(filters / (BLOCKS_AT_ONCE * block)) * kh;
  const parts = threads > 1 && shares % 2 === 1 && n > block ? 2 : 1;
  const width = (columns - 1) * strides[1] + kw;
  const cut = (bands: number): Sliding => {
    const bandRows = Math.ceil(rows / bands);
    const height = (bands * bandRows - 1) * strides[0] + kh;
    const bottom = height - pads[0] - image[1];
    // Where rows are missing, examples are filled up, so that a block is some bands of some examples.
    const step = bands * bandRows === rows ? parts * block : parts * Math.max(block, bands);
    return {
      ...{ image, result, filter, strides, filters, bands, bandRows, parts },
      pads: [pads[0], pads[1], bottom, width - pads[1] - image[2]],
      // It cannot cut rows off.
      rowPads: bands === 1 && bottom >= 0 ? [pads[0], bottom] : [0, 0],
      channels: roundUp(n * bands, step),
    };
  };
  const time = ({ channels, bandRows, rowPads: [top, bottom] }: Sliding): number => {
    const met = bandRows * kh - rowsSkipped(top) - rowsSkipped(bottom);
    const numbers = channels * ((bandRows - 1) * strides[0] + kh) * width * depth;
    return channels * met * columns * filters * kw * depth + PRODUCTS_A_NUMBER * numbers;
  };
  const fits = ({ bandRows }: Sliding): boolean => 4 * bandRows * columns * block * atOnce <= MOST_TAP_BYTES;
  const candidates = Array.from({ length: rows }, (_, i) => cut(i + 1)).filter(
    ({ bands, bandRows }) => bands * bandRows === rows || (isPowerOfTwo(bands) && !wholeBands),
  );
  const fitting = candidates.filter(fits);
  // Bands of a single row that are still too large are as good as it gets.
  if (fitting.length === 0) return cut(rows);
  return fitting.reduce((best, sliding) => (time(sliding) < time(best) ? sliding : best));
}

/** Rows of zeros that a convolution skips, over all rows of its filter. */
const rowsSkipped = (pad: number): number => (pad * (pad + 1)) / 2;

const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0;
