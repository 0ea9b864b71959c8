import type { FactorScheme } from '../../../protocol/steps/factorize';
import type { NewOp } from '../../model/edit/new-layer';
import type { Window } from '../../model/op/attributes';
import { tf } from '../../tf';
import { computed, onBackend } from '../backend-matrix';
import type { Matrix } from '../matrix';
import type { Problem } from './problem';

/** One way to factorize a layer: a scheme with its ranks, what it costs, and about what it loses. */
export interface Option {
  readonly scheme: FactorScheme;
  readonly ranks: readonly number[];
  /** Weights of the kernels, without the bias. */
  readonly params: number;
  readonly macs: number;
  /** Numbers that its layers read and write, for one example. */
  readonly moved: number;
  /** Squared error of the outputs as a share of their variance; an estimate where there are several ranks. */
  readonly error: number;
}

/** Counts what a chain of layers reads and writes; each length but the first and the last is written once and read once. */
export const movedBy = (...lengths: readonly number[]): number =>
  lengths.reduce((sum, length, i) => sum + length * (i === 0 || i === lengths.length - 1 ? 1 : 2), 0);

/** A new layer by its part of the name. */
export interface Factor {
  readonly part: 'in' | 'core' | 'depthwise' | 'out';
  readonly op: NewOp;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The layers in the place of one, and what they lose. */
export interface Factors {
  readonly factors: readonly Factor[];
  /** Squared error of the outputs as a share of their variance. */
  readonly error: number;
  /** Means of the outputs that the factors lose, for the bias. */
  readonly lostMean: Float64Array;
}

/** Squares of singular values in descending order, of a matrix of so many rows and columns. */
export interface Spectrum {
  readonly squares: Float64Array;
  /** Sum of all squares, also of those that are not listed. */
  readonly total: number;
  readonly rows: number;
  readonly columns: number;
}

/** A scheme for one problem. */
export interface Scheme {
  readonly name: FactorScheme;
  /** For each rank, the spectrum of outputs that it cuts off, and that of the weights alone. */
  readonly spectra: readonly Spectrum[];
  readonly weights: () => Promise<readonly Spectrum[]>;
  /** The option of some ranks. */
  option(ranks: readonly number[]): Option;
  /** Computes the factors. */
  build(ranks: readonly number[]): Promise<Factors>;
}

/** Share of the squares that are lost beyond a rank, 0 to 1. */
export function lostBeyond({ squares, total }: Spectrum, rank: number): number {
  if (!(total > 0)) return 0;
  let kept = 0;
  for (let i = 0; i < Math.min(rank, squares.length); i++) kept += squares[i]!;
  return Math.max(0, 1 - kept / total);
}

/** A spectrum of eigenvalues. */
export const spectrumOf = (squares: Float64Array, rows: number, columns: number): Spectrum => ({
  ...{ squares: squares.subarray(0, Math.min(rows, columns)), total: squares.reduce((sum, one) => sum + one, 0) },
  ...{ rows: Math.min(rows, columns), columns: Math.max(rows, columns) },
});

/**
 * Scales the columns of one factor and the rows of the next so that both are equally large, which training likes best.
 * @param right its rows repeat those of the columns of `left`, once for each position of a window
 */
export function balanced(left: Matrix, right: Matrix): void {
  const { columns } = left;
  for (let i = 0; i < columns; i++) {
    let [a, b] = [0, 0];
    for (let place = i; place < left.data.length; place += columns) a += left.data[place]! ** 2;
    for (let row = i; row < right.rows; row += columns)
      for (let k = 0; k < right.columns; k++) b += right.data[row * right.columns + k]! ** 2;
    if (!(a > 0 && b > 0)) continue;
    const scale = (b / a) ** 0.25;
    for (let place = i; place < left.data.length; place += columns) left.data[place]! *= scale;
    for (let row = i; row < right.rows; row += columns)
      for (let k = 0; k < right.columns; k++) right.data[row * right.columns + k]! /= scale;
  }
}

/** Measures the loss of a product in the place of the kernel: its exact error, and the means of the outputs. */
export async function lostBy(
  { matrix: kernel, mean, outputMean, total }: Problem,
  covariance: Matrix,
  product: Matrix,
): Promise<Pick<Factors, 'error' | 'lostMean'>> {
  const own = kernel();
  const difference: Matrix = { ...own, data: own.data.map((one, i) => one - product.data[i]!) };
  const image = await computed(() => tf.matMul(onBackend(covariance), onBackend(difference)));
  const sum = image.data.reduce((all, one, i) => all + one * difference.data[i]!, 0);
  const lostMean = outputMean.map((value, output) => {
    let left = mean ? value : 0;
    if (mean) for (let i = 0; i < own.rows; i++) left -= mean[i]! * product.data[i * own.columns + output]!;
    return left;
  });
  return { error: total > 0 ? Math.max(0, sum / total) : 0, lostMean };
}

/** A window of single positions. */
export const single = (rank: number): Window => {
  const ones = Array.from({ length: rank }, () => 1);
  return { size: ones, strides: ones, dilation: ones, padding: 'valid' };
};
