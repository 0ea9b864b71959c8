import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** The eigenvalues of a symmetric matrix in descending order, with an eigenvector in each column. */
export interface Spectrum {
  readonly values: readonly number[];
  readonly vectors: Matrix;
}

/** Computes the spectrum of a symmetric matrix of `size` rows, row by row. */
export function spectrumOf(values: ArrayLike<number>, size: number): Spectrum {
  const matrix = Matrix.zeros(size, size);
  // The mean of both halves: sums of float32 in another order differ in their last bits.
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const mean = (values[i * size + j]! + values[j * size + i]!) / 2;
      matrix.set(i, j, mean);
      matrix.set(j, i, mean);
    }
  const found = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = found.realEigenvalues.map((value, i) => ({ value, i })).sort((a, b) => b.value - a.value);
  return {
    values: order.map(({ value }) => value),
    vectors: found.eigenvectorMatrix.subMatrixColumn(order.map(({ i }) => i)),
  };
}

/** Returns V f(values) V^T of a spectrum. */
export function functionOf({ values, vectors }: Spectrum, f: (value: number) => number): Matrix {
  const scaled = vectors.clone();
  values.forEach((value, i) => scaled.mulColumn(i, f(value)));
  return scaled.mmul(vectors.transpose());
}
