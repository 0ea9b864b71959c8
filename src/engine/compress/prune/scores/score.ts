import type { Tensor } from '../../../checkpoint/types';
import type { Pooling } from '../pooling';

/** What a score is told of one tensor. */
export interface ScoreInput {
  readonly tensor: Tensor & { readonly data: Float32Array };
  readonly seed: number;
}

/** Says how much each weight matters; the smallest scores are pruned first. */
export interface ImportanceScore {
  /** How the scores of weights that are cut together make one. */
  readonly pooling: Pooling;
  /** Scores, 0 or more, of the weights of one tensor in their order; a new array. */
  score(input: ScoreInput): Float32Array;
}
