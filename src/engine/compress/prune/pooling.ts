import { SMALLEST_FLOAT } from './sorted';

/** Combines the scores of a group's weights into one: their mean, or the root of their mean square. */
export type Pooling = 'mean' | 'rms';

/**
 * Computes the score of each group, above 0 unless all its scores are 0. Means, not sums, make groups of different size
 * comparable.
 */
export function pooled(scores: Float32Array, groupOf: Uint32Array, count: number, pooling: Pooling): Float32Array {
  const sums = new Float64Array(count);
  const sizes = new Uint32Array(count);
  for (let i = 0; i < scores.length; i++) {
    sums[groupOf[i]!]! += pooling === 'rms' ? scores[i]! * scores[i]! : scores[i]!;
    sizes[groupOf[i]!]!++;
  }
  return Float32Array.from(sums, (sum, group) => {
    const mean = sum / Math.max(1, sizes[group]!);
    return sum === 0 ? 0 : Math.max(SMALLEST_FLOAT, pooling === 'rms' ? Math.sqrt(mean) : mean);
  });
}
