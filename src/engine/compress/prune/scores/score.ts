import type { Tensor } from '../../../checkpoint/types';
import type { Subject } from '../../calibration/subject';
import type { Pooling } from '../pooling';

/** Results of a calibration on training images, by tensor name. Each score defines the meaning of its numbers. */
export type Statistics = ReadonlyMap<string, Float32Array>;

/** The input of a score: one tensor. */
export interface ScoreInput {
  readonly tensor: Tensor & { readonly data: Float32Array };
  readonly seed: number;
  /** Statistics of this tensor; empty for scores without `calibrate`. */
  readonly statistics: Float32Array;
}

/** Scores the importance of each weight; the smallest scores are pruned first. */
export interface ImportanceScore {
  /** Combines the scores of weights that are pruned together. */
  readonly pooling: Pooling;
  /** Scores the weights of one tensor in their order, 0 or more each; returns a new array. */
  score(input: ScoreInput): Float32Array;
  /**
   * Present where weights alone are not enough. Reads training images once, before plans are made, and returns
   * statistics of the named tensors. Tensors without statistics are absent. @throws UserError, CancelledError
   */
  readonly calibrate?: (subject: Subject, names: readonly string[]) => Promise<Statistics>;
  /** True where the kept weights are refitted after pruning, on the same images. */
  readonly reconstructs?: true;
  /** The reason why a tensor without statistics is left alone. */
  readonly unseen?: string;
}
