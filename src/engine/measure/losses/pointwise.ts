import type { LossName } from '../../../protocol/task';
import { tf } from '../../tf';
import { EPSILON, type Loss, type Row } from './loss';

/** The cost of one number against its target; the loss of a row is its mean. */
interface Pointwise {
  readonly tensor: (target: tf.Tensor2D, output: tf.Tensor2D) => tf.Tensor2D;
  readonly number: (target: number, output: number) => number;
}

const plusEpsilon = (x: tf.Tensor2D): tf.Tensor2D => tf.add(tf.maximum(x, EPSILON), 1);
/** Maps 0 and 1 to -1 and 1; Keras does so where a loss takes signs. */
const sign = (target: tf.Tensor2D): tf.Tensor2D => tf.sub(tf.mul(target, 2), 1);
const hinge = (target: number, output: number): number => Math.max(1 - (2 * target - 1) * output, 0);
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const POINTWISE = {
  mean_squared_error: {
    tensor: (t, y) => tf.square(tf.sub(t, y)),
    number: (t, y) => (t - y) ** 2,
  },
  mean_absolute_error: {
    tensor: (t, y) => tf.abs(tf.sub(t, y)),
    number: (t, y) => Math.abs(t - y),
  },
  mean_absolute_percentage_error: {
    tensor: (t, y) => tf.mul(tf.abs(tf.div(tf.sub(t, y), tf.maximum(tf.abs(t), EPSILON))), 100),
    number: (t, y) => (100 * Math.abs(t - y)) / Math.max(Math.abs(t), EPSILON),
  },
  mean_squared_logarithmic_error: {
    tensor: (t, y) => tf.square(tf.sub(tf.log(plusEpsilon(t)), tf.log(plusEpsilon(y)))),
    number: (t, y) => (Math.log1p(Math.max(t, EPSILON)) - Math.log1p(Math.max(y, EPSILON))) ** 2,
  },
  log_cosh: {
    tensor: (t, y) => {
      const error = tf.sub(y, t);
      return tf.sub(tf.add(error, tf.softplus(tf.mul(error, -2))), Math.LN2);
    },
    number: (t, y) => y - t + softplus(2 * (t - y)) - Math.LN2,
  },
  poisson: {
    tensor: (t, y) => tf.sub(y, tf.mul(t, tf.log(tf.add(y, EPSILON)))),
    number: (t, y) => y - t * Math.log(y + EPSILON),
  },
  hinge: {
    tensor: (t, y) => tf.relu(tf.sub(1, tf.mul(sign(t), y))),
    number: hinge,
  },
  squared_hinge: {
    tensor: (t, y) => tf.square(tf.relu(tf.sub(1, tf.mul(sign(t), y)))),
    number: (t, y) => hinge(t, y) ** 2,
  },
} satisfies Partial<Record<LossName, Pointwise>>;

/** The names of losses that are means over single numbers. */
export type PointwiseName = keyof typeof POINTWISE;

/** Returns the loss that is the mean over single numbers. */
export const pointwise = (name: PointwiseName): Loss => meanOf(name, POINTWISE[name]);

/** Returns the Huber loss: squared up to `delta`, linear beyond. */
export const huber = (delta: number): Loss =>
  meanOf('huber', {
    tensor: (t, y) => {
      const size = tf.abs(tf.sub(t, y));
      const near = tf.minimum(size, delta);
      return tf.add(tf.mul(tf.square(near), 0.5), tf.mul(tf.sub(size, near), delta));
    },
    number: (t, y) => {
      const size = Math.abs(t - y);
      const near = Math.min(size, delta);
      return 0.5 * near ** 2 + delta * (size - near);
    },
  });

function meanOf(name: LossName, { tensor, number }: Pointwise): Loss {
  return {
    name,
    takes: 'outputs',
    ofRows: (targets, outputs) => tf.mean(tensor(targets, outputs), 1),
    ofRow: (targets, outputs) => mean(targets, outputs, number),
  };
}

/** Returns the mean of a cost over the pairs of two rows. */
export function mean(targets: Row, scores: Row, cost: (target: number, score: number) => number): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += cost(targets[i]!, scores[i]!);
  return sum / targets.length;
}
