import type { tf } from '../tf';

/** How to compute the gradient of each input, by its name. */
export type Gradients = Readonly<Record<string, () => tf.Tensor>>;

/** The gradients of a kernel's inputs, from that of its one result; undefined where tfjs's own is to be taken. */
export type GradientFunction = (
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attributes: tf.NamedAttrMap,
) => Gradients | undefined;
