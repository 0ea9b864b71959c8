import { tf } from '../../tf';
import type { ChannelNumbers, Levels } from './constraint';
import type { TrainedForm } from './trained-form';

/** Computes the weight from its shadow, and limits the shadow; within a tidy. */
export interface Projection {
  readonly roundsToZero: boolean;
  project(shadow: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor;
  /** The limits between which the shadow stays. */
  limits?(): readonly [least: tf.Tensor, most: tf.Tensor];
  dispose?(): void;
}

/** The shadow itself. */
export const IDENTITY: Projection = { roundsToZero: false, project: (shadow) => shadow };

/**
 * Trains a shadow of full precision, from which the weight is projected. The gradient of the weight is that of the shadow
 * (straight-through estimator, Bengio et al. 2013). Beyond its limits the shadow is clipped.
 */
export function shadowForm(name: string, shadow: tf.Variable, projection: Projection): TrainedForm {
  return {
    parts: [{ name, variable: shadow }],
    shadow,
    roundsToZero: projection.roundsToZero,
    gradients: (gradient) => [gradient],
    values: (mask) => projection.project(shadow, mask),
    settle: () => {
      const limits = projection.limits?.();
      if (limits) shadow.assign(tf.minimum(tf.maximum(shadow, limits[0]), limits[1]));
    },
    dispose: () => {
      shadow.dispose();
      projection.dispose?.();
    },
  };
}

const numbers = ({ shape, values }: ChannelNumbers): tf.Tensor => tf.tensor(values, [...shape]);

/** Projects to the nearest level, halves to the even one. */
export function toLevels({ step, least, most }: Levels): Projection {
  const [steps, low, high] = [numbers(step), numbers(least), numbers(most)];
  const bounds = tf.tidy(() => [tf.mul(low, steps), tf.mul(high, steps)] as const);
  return {
    roundsToZero: true,
    project: (shadow) => tf.mul(tf.minimum(tf.maximum(tf.round(tf.div(shadow, steps)), low), high), steps),
    limits: () => bounds,
    dispose: () => tf.dispose([steps, low, high, ...bounds]),
  };
}
