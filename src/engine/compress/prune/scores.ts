import type { PruneStep } from '../../../protocol/steps/prune';

/** Says how much each weight matters; the smallest scores are pruned first. */
export interface ImportanceScore {
  readonly name: string;
  /** Scores, 0 or more, of the weights of one tensor in their order; a weight of 0 scores 0. */
  score(weights: Float32Array): Float32Array;
}

/** Magnitude |w| (Han et al. 2015, "Learning both Weights and Connections"). */
const magnitude: ImportanceScore = {
  name: 'magnitude',
  score: (weights) => {
    const scores = new Float32Array(weights.length);
    for (let i = 0; i < weights.length; i++) scores[i] = Math.abs(weights[i]!);
    return scores;
  },
};

/** The importance scores by the name that a recipe gives. */
export const importanceScores: Record<PruneStep['score'], ImportanceScore> = { magnitude };
