import { tf } from '../../tf';

/** Smallest probability whose logarithm is taken, as in Keras. */
const SMALLEST_PROBABILITY = 1e-7;

/** Makes logits of probabilities that sum up to 1 along the last axis: their logarithms are logits. */
export const logitsOfClasses = (y: tf.Tensor2D): tf.Tensor2D =>
  tf.log(tf.clipByValue(tf.div(y, tf.sum(y, 1, true)), SMALLEST_PROBABILITY, 1));

/** Makes logits of probabilities that stand each for itself. */
export function logitsOfUnits<T extends tf.Tensor>(y: T): T {
  const p = tf.clipByValue(y, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY);
  return tf.sub<T>(tf.log(p), tf.log1p(tf.neg(p)));
}

/** Does the same for one number. */
export function logitOf(p: number): number {
  const clipped = Math.min(1 - SMALLEST_PROBABILITY, Math.max(SMALLEST_PROBABILITY, p));
  return Math.log(clipped) - Math.log1p(-clipped);
}

export const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));
