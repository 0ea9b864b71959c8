import { tf } from '../../tf';

/** Keeps the length of a map that is 0 everywhere from dividing by 0. */
const TINY = 1e-12;

/** A linear map of channels: a kernel, inputs x outputs, and a bias. */
export interface Regressor {
  readonly kernel: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
}

/**
 * Computes the loss of hints (FitNets, Romero et al. 2015): the mean squared error of the student's output, mapped
 * linearly, against the teacher's. Call it within a tidy.
 * @param student batch first, channels last
 * @param teacher batch x (places times channels)
 */
export function hintLoss(student: tf.Tensor, teacher: tf.Tensor2D, { kernel, bias }: Regressor): tf.Scalar {
  const mapped = tf.add(tf.matMul(tf.reshape(student, [-1, kernel.shape[0]]), kernel), bias);
  const rows = tf.reshape(teacher, [-1, kernel.shape[1]]);
  return tf.mean(tf.squaredDifference(mapped, rows)).asScalar();
}

/**
 * Computes the attention of an output: the sum of squares over its channels at each place, divided by the length of that
 * map. Call it within a tidy.
 * @param output batch first, channels last
 * @returns batch x places
 */
export function attentionOf(output: tf.Tensor): tf.Tensor2D {
  const width = output.shape.at(-1)!;
  const places = output.shape.slice(1, -1).reduce((product, size) => product * size, 1);
  const squares: tf.Tensor3D = tf.square(tf.reshape(output, [-1, places, width]));
  const sums: tf.Tensor2D = tf.sum(squares, 2);
  const length = tf.sqrt(tf.add(tf.sum(tf.square(sums), 1, true), TINY));
  return tf.div(sums, length);
}

/**
 * Computes the loss of attention transfer (Zagoruyko and Komodakis 2017): the mean over examples of the squared distance
 * of the student's attention from the teacher's. Call it within a tidy.
 * @param student batch first, channels last
 * @param teacher attention, batch x places
 */
export const attentionLoss = (student: tf.Tensor, teacher: tf.Tensor2D): tf.Scalar =>
  tf.mean(tf.sum(tf.squaredDifference(attentionOf(student), teacher), 1)).asScalar();
