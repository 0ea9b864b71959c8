import { tf } from '../../../tf';

/** The score that excludes a place from a softmax. */
const LEAST = -1e9;

/**
 * The shares that each query takes of all values: a softmax over the last axis.
 * @param scores `[..., queries, values]`
 * @param causal whether a query sees no values behind its own place
 */
export function shares(scores: tf.Tensor, causal: boolean): tf.Tensor {
  if (!causal) return tf.softmax(scores);
  const [rows, columns] = scores.shape.slice(-2) as [number, number];
  const hidden = tf.cast(
    tf.less(tf.range(0, rows).reshape([rows, 1]), tf.range(0, columns).reshape([1, columns])),
    'float32',
  );
  return tf.softmax(tf.add(scores, tf.mul(hidden, LEAST)));
}
