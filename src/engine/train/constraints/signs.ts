import { tf } from '../../tf';
import type { Projection } from './shadow-form';
import type { TrainedForm } from './trained-form';

/** Weights nearer to 0 than this share of their mean size are 0 (Li and Liu 2016, equation 6). */
export const TERNARY_THRESHOLD = 0.7;

/** Sums over axes that stay with length 1. */
const sumOf = (x: tf.Tensor, axes: readonly number[]): tf.Tensor => tf.sum(x, [...axes], true);

/** Counts the weights under each scale, at least 1. */
function countOf(shape: readonly number[], axes: readonly number[], mask: tf.Tensor | undefined): tf.Tensor {
  if (mask) return tf.maximum(sumOf(mask, axes), 1);
  return tf.scalar(
    Math.max(
      1,
      axes.reduce((product, axis) => product * shape[axis]!, 1),
    ),
  );
}

const masked = (x: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor => (mask ? tf.mul(x, mask) : x);

/** Returns 1 where the shadow is above its threshold, and the same for its negative. */
function signs(shadow: tf.Tensor, axes: readonly number[], mask: tf.Tensor | undefined) {
  const kept = masked(shadow, mask);
  const size = tf.abs(kept);
  const threshold = tf.mul(tf.div(sumOf(size, axes), countOf(shadow.shape, axes, mask)), TERNARY_THRESHOLD);
  return { size, above: tf.step(tf.sub(kept, threshold)), below: tf.step(tf.sub(tf.neg(kept), threshold)) };
}

/** Projects to -a, 0 and +a. */
export const toTernary = (axes: readonly number[]): Projection => ({
  roundsToZero: true,
  project: (shadow, mask) => {
    const { size, above, below } = signs(shadow, axes, mask);
    const on = tf.add(above, below);
    const scale = tf.div(sumOf(tf.mul(size, on), axes), tf.maximum(sumOf(on, axes), 1));
    return tf.mul(tf.sub(above, below), scale);
  },
});

/** Limits of the shadow of a binary weight (Courbariaux et al. 2015, section 2.4). */
const BINARY_LIMIT = 1;

/** Projects to -a and +a; 0 counts as above 0. */
export const toBinary = (axes: readonly number[]): Projection => ({
  roundsToZero: false,
  project: (shadow, mask) => {
    const size = tf.abs(masked(shadow, mask));
    const scale = tf.div(sumOf(size, axes), countOf(shadow.shape, axes, mask));
    return tf.mul(tf.sub(1, tf.mul(tf.step(tf.neg(shadow)), 2)), scale);
  },
  limits: () => [tf.scalar(-BINARY_LIMIT), tf.scalar(BINARY_LIMIT)],
});

/**
 * Trains the values above and below 0 of a ternary weight, each by the summed gradients of its weights, and the shadow by
 * the gradients times the value of each weight (trained ternary quantization, Zhu et al. 2017, equations 7 and 8).
 */
export function ternaryWithTrainedScales(
  name: string,
  shadow: tf.Variable,
  axes: readonly number[],
  mask: tf.Tensor | undefined,
): TrainedForm {
  const start = (side: 'above' | 'below'): tf.Variable =>
    tf.tidy(() => {
      const { size, [side]: on } = signs(shadow, axes, mask);
      return tf.variable(tf.div(sumOf(tf.mul(size, on), axes), tf.maximum(sumOf(on, axes), 1)), false);
    });
  const [high, low] = [start('above'), start('below')];
  return {
    parts: [
      { name, variable: shadow },
      { name: `${name}#above`, variable: high },
      { name: `${name}#below`, variable: low },
    ],
    shadow,
    roundsToZero: true,
    gradients: (gradient, mask) => {
      const { above, below } = signs(shadow, axes, mask);
      const off = tf.sub(1, tf.add(above, below));
      const factor = tf.add(off, tf.add(tf.mul(above, high), tf.mul(below, low)));
      return [
        tf.mul(gradient, factor),
        sumOf(tf.mul(gradient, above), axes),
        tf.neg(sumOf(tf.mul(gradient, below), axes)),
      ];
    },
    values: (mask) => {
      const { above, below } = signs(shadow, axes, mask);
      return tf.sub(tf.mul(above, high), tf.mul(below, low));
    },
    settle: () => {
      // A value that crosses 0 would turn the sign of all its weights.
      for (const scale of [high, low]) scale.assign(tf.maximum(scale, 0));
    },
    dispose: () => tf.dispose([shadow, high, low]),
  };
}
