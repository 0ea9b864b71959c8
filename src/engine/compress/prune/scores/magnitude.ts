import type { ImportanceScore } from './score';

const absolute = (weights: Float32Array): Float32Array => {
  const scores = new Float32Array(weights.length);
  for (let i = 0; i < weights.length; i++) scores[i] = Math.abs(weights[i]!);
  return scores;
};

/**
 * Magnitude |w| (Han et al. 2015, "Learning both Weights and Connections"). The score of a group is the mean (L1 norm by
 * size).
 */
export const magnitude: ImportanceScore = { pooling: 'mean', score: ({ tensor }) => absolute(tensor.data) };

/**
 * Magnitude with the root mean square as the score of a group (L2 norm by size). Single weights have the same score as
 * in `magnitude`.
 */
export const l2: ImportanceScore = { pooling: 'rms', score: ({ tensor }) => absolute(tensor.data) };
