import { tf } from '../tf';
import { matrix, times, transposedTimes, type Matrix } from './matrix';

/** Puts a matrix on the backend, in float32. The caller disposes of it. */
export const onBackend = ({ rows, columns, data }: Matrix): tf.Tensor2D =>
  tf.tensor2d(Float32Array.from(data), [rows, columns]);

/** Reads a matrix from the backend. */
export async function fromBackend(tensor: tf.Tensor): Promise<Matrix> {
  const [rows = 1, columns = 1] = tensor.shape;
  return matrix(rows, columns, await tensor.data());
}

/** Computes a matrix on the backend, where large products take a fraction of the time. */
export async function computed(work: () => tf.Tensor): Promise<Matrix> {
  const result = tf.tidy(work);
  try {
    return await fromBackend(result);
  } finally {
    result.dispose();
  }
}

/** Multiplications beyond which a product is computed on the backend. */
const SMALL = 2 ** 23;

/** Multiplies two matrices, or the transpose of the first with the second: large ones on the backend, in float32. */
export async function product(a: Matrix, b: Matrix, turned = false): Promise<Matrix> {
  if (a.data.length * b.columns <= SMALL) return turned ? transposedTimes(a, b) : times(a, b);
  return computed(() => tf.matMul(onBackend(a), onBackend(b), turned));
}
