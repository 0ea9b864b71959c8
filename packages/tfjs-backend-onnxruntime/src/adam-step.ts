import { ADAM_PARTS, adamInput, type AdamPart } from './kernels/adam';
import { ADAM_STEP } from './kernels/own-kernels';
import { BACKEND_NAME } from './step-boundary';
import { tf } from './tf';

/** A weight, its moments and its gradient: float32 tensors of one shape. */
export type AdamTensors = Readonly<Record<AdamPart, tf.Tensor>>;

/** The decay rates of the moments, and two scalars that change from step to step. */
export interface AdamConstants {
  readonly beta1: number;
  readonly beta2: number;
  /** The negative learning rate, including the correction of the bias. */
  readonly rate: tf.Scalar;
  readonly epsilon: tf.Scalar;
}

/** The next moments and the next weight. */
export interface AdamResult {
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
  readonly weight: tf.Tensor;
}

/**
 * Computes one step of Adam (Kingma and Ba 2015) for some weights: one kernel on this backend, operators of tfjs on
 * others. Both compute the same formula in the same order. Call it within a tidy.
 */
export function adamStep(weights: readonly AdamTensors[], constants: AdamConstants): AdamResult[] {
  if (tf.getBackend() !== BACKEND_NAME || weights.some(({ weight }) => weight.size === 0))
    return weights.map((one) => adamByOperators(one, constants));
  const { beta1, beta2, rate, epsilon } = constants;
  const inputs: tf.NamedTensorMap = { rate, epsilon };
  weights.forEach((one, i) => {
    for (const part of ADAM_PARTS) inputs[adamInput(part, i)] = one[part];
  });
  const attributes = { count: weights.length, beta1, beta2 };
  const results = tf.engine().runKernel<tf.Tensor[]>(ADAM_STEP, inputs, attributes);
  return weights.map((_, i) => {
    const [first, second, weight] = results.slice(3 * i, 3 * i + 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { first, second, weight };
  });
}

function adamByOperators(tensors: AdamTensors, { beta1, beta2, rate, epsilon }: AdamConstants): AdamResult {
  const { weight, gradient } = tensors;
  const first = tf.add(tf.mul(tensors.first, beta1), tf.mul(gradient, 1 - beta1));
  const second = tf.add(tf.mul(tensors.second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const change = tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), rate);
  return { first, second, weight: tf.add(weight, change) };
}
