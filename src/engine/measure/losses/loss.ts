import type { tf } from '../../tf';
import type { LossName } from '../../../protocol/task';

/** A row of numbers: the targets or scores along the last axis at one position of one example. */
export type Row = ArrayLike<number>;

/** A loss, as Keras computes it: the mean over all rows of what each row costs. */
export interface Loss {
  readonly name: LossName;
  /** True for the cross-entropy of classes without label smoothing. */
  readonly isPlain?: boolean;
  /**
   * Form of the scores that it takes: the outputs themselves; logits of classes, of which one is right; or a logit for
   * each unit, of which each is right or not.
   */
  readonly takes: 'outputs' | 'class logits' | 'unit logits';
  /** Computes the loss of each row, from targets and scores of rows x columns. Call it within a tidy. */
  readonly ofRows: (targets: tf.Tensor2D, scores: tf.Tensor2D) => tf.Tensor1D;
  /** Computes the same for one row. */
  readonly ofRow: (targets: Row, scores: Row) => number;
}

/** Smallest probability and divisor, as in Keras. */
export const EPSILON = 1e-7;
