import type { Tensor } from '../../../checkpoint/types';
import type { Subject } from '../../calibration/subject';
import type { Pooling } from '../pooling';

/** What a score computed from training images, by tensor name; what the numbers mean is the score's own affair. */
export type Statistics = ReadonlyMap<string, Float32Array>;

/** What a score is told of one tensor. */
export interface ScoreInput {
  readonly tensor: Tensor & { readonly data: Float32Array };
  readonly seed: number;
  /** Of this tensor; empty for scores without `calibrate`. */
  readonly statistics: Float32Array;
}

/** Says how much each weight matters; the smallest scores are pruned first. */
export interface ImportanceScore {
  /** How the scores of weights that are cut together make one. */
  readonly pooling: Pooling;
  /** Scores, 0 or more, of the weights of one tensor in their order; a new array. */
  score(input: ScoreInput): Float32Array;
  /**
   * Present where weights alone are not enough: looks at training images once, before plans are made, and answers with
   * statistics of the named tensors; those of which it can know nothing are absent. @throws UserError, CancelledError
   */
  readonly calibrate?: (subject: Subject, names: readonly string[]) => Promise<Statistics>;
  /** Whether the kept weights are fitted anew after the cut, on the same images. */
  readonly reconstructs?: true;
  /** Why a tensor that has no statistics is left alone. */
  readonly unseen?: string;
}
