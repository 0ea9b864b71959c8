import { CholeskyDecomposition, Matrix as MlMatrix } from 'ml-matrix';
import { symmetricEigen } from './symmetric-eigen';

/** A matrix of numbers, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Makes a matrix of zeros, or of given numbers. */
export const matrix = (rows: number, columns: number, data?: ArrayLike<number>): Matrix => ({
  ...{ rows, columns },
  data: data ? Float64Array.from(data) : new Float64Array(rows * columns),
});

/** Makes a matrix with ones on its diagonal. */
export function identity(size: number): Matrix {
  const ones = matrix(size, size);
  for (let i = 0; i < size; i++) ones.data[i * size + i] = 1;
  return ones;
}

/** Multiplies two matrices. */
export function times(a: Matrix, b: Matrix): Matrix {
  const product = matrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.columns; k++) {
      const left = a.data[i * a.columns + k]!;
      if (left === 0) continue;
      const [from, to] = [k * b.columns, i * b.columns];
      for (let j = 0; j < b.columns; j++) product.data[to + j]! += left * b.data[from + j]!;
    }
  return product;
}

/** Multiplies the transpose of a matrix with another one. */
export function transposedTimes(a: Matrix, b: Matrix): Matrix {
  const product = matrix(a.columns, b.columns);
  for (let k = 0; k < a.rows; k++)
    for (let i = 0; i < a.columns; i++) {
      const left = a.data[k * a.columns + i]!;
      if (left === 0) continue;
      const [from, to] = [k * b.columns, i * b.columns];
      for (let j = 0; j < b.columns; j++) product.data[to + j]! += left * b.data[from + j]!;
    }
  return product;
}

/** Exchanges rows and columns. */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const turned = matrix(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned.data[j * rows + i] = data[i * columns + j]!;
  return turned;
}

/** Takes the first columns of a matrix. */
export function firstColumns({ rows, columns, data }: Matrix, count: number): Matrix {
  const taken = matrix(rows, count);
  for (let i = 0; i < rows; i++) taken.data.set(data.subarray(i * columns, i * columns + count), i * count);
  return taken;
}

/** Eigenvalues in descending order, none below 0, and the eigenvectors as columns in the same order. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/** Decomposes a symmetric matrix without negative eigenvalues. */
export function eigenOf(symmetric: Matrix): Eigen {
  const { rows } = symmetric;
  const found = symmetricEigen(evened(symmetric).data, rows);
  const order = [...found.values.keys()].sort((a, b) => found.values[b]! - found.values[a]!);
  const vectors = matrix(rows, rows);
  order.forEach((from, to) => {
    for (let row = 0; row < rows; row++) vectors.data[row * rows + to] = found.rows[from * rows + row]!;
  });
  return { values: Float64Array.from(order, (at) => Math.max(0, found.values[at]!)), vectors };
}

/** Share of the mean of the diagonal that is added to it, so that a matrix of sums in float32 can be decomposed. */
const DAMPING = 1e-9;

/** The lower triangle L of a covariance L L^T, which is damped as far as it has to be. */
export const choleskyOf = (covariance: Matrix): Matrix => fromMl(positive(covariance).lowerTriangularMatrix);

/** Solves `covariance * X = right`, damped as far as it has to be. */
export const solved = (covariance: Matrix, right: Matrix): Matrix => fromMl(positive(covariance).solve(toMl(right)));

function positive(covariance: Matrix): CholeskyDecomposition {
  const even = evened(covariance);
  for (let share = DAMPING; ; share *= 10) {
    const found = new CholeskyDecomposition(toMl(damped(even, share)));
    if (found.isPositiveDefinite()) return found;
    if (share > 1) throw new Error('a covariance has numbers that are none');
  }
}

/** Solves `L^T X = right` for a lower triangle. */
export function backSolved({ rows, data }: Matrix, right: Matrix): Matrix {
  const x = matrix(rows, right.columns, right.data);
  const { columns } = right;
  for (let i = rows - 1; i >= 0; i--) {
    for (let k = i + 1; k < rows; k++) {
      const factor = data[k * rows + i]!;
      if (factor === 0) continue;
      for (let j = 0; j < columns; j++) x.data[i * columns + j]! -= factor * x.data[k * columns + j]!;
    }
    const own = data[i * rows + i]!;
    for (let j = 0; j < columns; j++) x.data[i * columns + j]! /= own;
  }
  return x;
}

/** A diagonal that is 0 becomes positive by it. */
const SMALLEST = 1e-30;

/** Adds a share of the mean of the diagonal to the diagonal, so that the matrix can be inverted. */
function damped({ rows, columns, data }: Matrix, share: number): Matrix {
  const sum = matrix(rows, columns, data);
  let mean = 0;
  for (let i = 0; i < rows; i++) mean += data[i * columns + i]! / rows;
  for (let i = 0; i < rows; i++) sum.data[i * columns + i]! += mean * share + SMALLEST;
  return sum;
}

/** Takes the mean of both triangles, which rounding has made different. */
function evened({ rows, data }: Matrix): Matrix {
  const even = matrix(rows, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++) even.data[i * rows + j] = (data[i * rows + j]! + data[j * rows + i]!) / 2;
  return even;
}

const toMl = ({ rows, columns, data }: Matrix): MlMatrix => MlMatrix.from1DArray(rows, columns, data);

function fromMl(found: MlMatrix): Matrix {
  const copy = matrix(found.rows, found.columns);
  for (let i = 0; i < found.rows; i++) copy.data.set(found.getRow(i), i * found.columns);
  return copy;
}
