import type { ImportanceScore } from './score';

const absolute = (weights: Float32Array): Float32Array => {
  const scores = new Float32Array(weights.length);
  for (let i = 0; i < weights.length; i++) scores[i] = Math.abs(weights[i]!);
  return scores;
};

/** Magnitude |w| (Han et al. 2015, "Learning both Weights and Connections"); of a group, the mean (L1 norm by size). */
export const magnitude: ImportanceScore = { pooling: 'mean', score: ({ tensor }) => absolute(tensor.data) };

/** Magnitude, but of a group the root mean square (L2 norm by size); for single weights the same as `magnitude`. */
export const l2: ImportanceScore = { pooling: 'rms', score: ({ tensor }) => absolute(tensor.data) };
