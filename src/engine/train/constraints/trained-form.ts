import type { tf } from '../../tf';

/** A tensor that is trained instead of the weight itself, with the name of its state. */
export interface TrainedPart {
  /** The name of the weight, or of a part of it. */
  readonly name: string;
  readonly variable: tf.Variable;
}

/**
 * A weight that is computed from other tensors, which are trained. All methods are called within a tidy. It owns the
 * variables of its parts and its constants.
 */
export interface TrainedForm {
  /** The first has the name of the weight. */
  readonly parts: readonly TrainedPart[];
  /** The tensor of the weight's shape whose size ranks weights for pruning; undefined for the weight itself. */
  readonly shadow: tf.Variable | undefined;
  /** True where a weight under no mask may become 0. */
  readonly roundsToZero: boolean;
  /** Computes the gradient of each part from that of the weight. Linear in the gradient. */
  gradients(gradient: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor[];
  /** Computes the weight, not yet masked. @param mask zeros and ones of its shape */
  values(mask: tf.Tensor | undefined): tf.Tensor;
  /** Limits the parts after a step, where they have limits. */
  settle?(): void;
  dispose(): void;
}
