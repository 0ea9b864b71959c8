import { tf } from '../tf';
import { matrix, type Matrix } from './matrix';

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
