import { tf } from '../../tf';
import { computed, onBackend } from '../backend-matrix';
import { backSolved, choleskyOf, eigenOf, firstColumns, identity, type Eigen, type Matrix } from '../matrix';
import { Random } from '../../dataset/random';

/** Directions that are found: ranks beyond would save little in layers that are so large. */
const DIRECTIONS = 512;
/** Rounds of the power iteration; singular values that are half as large fade by 4 in each. */
const ROUNDS = 4;
const STREAM = 0x70b;
/** Rows of a matrix that is decomposed as a whole. */
export const MOST_WHOLE = 1024;

/** Decomposes a covariance: a large one only in its largest directions. */
export const eigenWithin = async (symmetric: Matrix): Promise<Eigen> =>
  symmetric.rows > MOST_WHOLE ? topEigen(symmetric) : eigenOf(symmetric);

/** Decomposes a symmetric matrix without negative eigenvalues in its largest directions, by a randomized subspace (Halko et al. 2011). */
async function topEigen(symmetric: Matrix): Promise<Eigen> {
  const count = Math.min(DIRECTIONS, symmetric.rows);
  const random = new Random(STREAM);
  const start = Float32Array.from({ length: symmetric.rows * count }, () => random.uint32() / 2 ** 31 - 1);
  const whole = onBackend(symmetric);
  let basis: tf.Tensor = tf.tensor2d(start, [symmetric.rows, count]);
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const image = tf.matMul(whole, basis);
      basis.dispose();
      basis = round < ROUNDS ? await independent(image) : await orthonormal(image);
      image.dispose();
    }
    const within = eigenOf(await computed(() => tf.matMul(basis, tf.matMul(whole, basis), true)));
    const vectors = await computed(() => tf.matMul(basis, onBackend(within.vectors)));
    return { values: within.values, vectors };
  } finally {
    tf.dispose([whole, basis]);
  }
}

/** Keeps the columns of a matrix from becoming alike: a basis of nearly the same space, orthonormal but for rounding. */
async function independent(columns: tf.Tensor): Promise<tf.Tensor> {
  const lower = choleskyOf(await computed(() => tf.matMul(columns, columns, true)));
  return tf.tidy(() => tf.matMul(columns, onBackend(backSolved(lower, identity(lower.rows)))));
}

/** Makes an orthonormal basis of the columns of a matrix; columns that others span are left out. */
async function orthonormal(columns: tf.Tensor): Promise<tf.Tensor> {
  const { values, vectors } = eigenOf(await computed(() => tf.matMul(columns, columns, true)));
  const kept = values.filter((value) => value > values[0]! * 1e-10).length;
  const turn = firstColumns(vectors, kept);
  for (let i = 0; i < turn.rows; i++) for (let j = 0; j < kept; j++) turn.data[i * kept + j]! /= Math.sqrt(values[j]!);
  return tf.tidy(() => tf.matMul(columns, onBackend(turn)));
}
