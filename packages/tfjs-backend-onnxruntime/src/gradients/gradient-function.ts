import type { tf } from '../tf';

/** Functions that compute the gradient of each input, by the name of the input. */
export type Gradients = Readonly<Record<string, () => tf.Tensor>>;

/**
 * Computes the gradients of the inputs of a kernel from the gradient of its result. Undefined selects the gradient of
 * tfjs.
 */
export type GradientFunction = (
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attributes: tf.NamedAttrMap,
) => Gradients | undefined;
