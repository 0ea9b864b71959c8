import { SMALLEST_FLOAT } from './sorted';

/** How the scores of a group's weights make one: their mean, or the root of their mean square. */
export type Pooling = 'mean' | 'rms';

/** The score of each group. Means, not sums, so that groups of different size compare; above 0 unless all its scores are 0. */
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
