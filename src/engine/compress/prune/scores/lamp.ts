import { countBelow } from '../sorted';
import type { ImportanceScore } from './score';

/**
 * LAMP (Lee et al. 2021, "Layer-Adaptive Sparsity for the Magnitude-based Pruning"): w^2 divided by the sum of the
 * squares of all weights of the tensor that are no smaller. A global ranking by LAMP gives each layer a suitable
 * sparsity.
 */
export const lamp: ImportanceScore = {
  pooling: 'mean',
  score: ({ tensor }) => shareOfRest(tensor.data),
};

/** Divides the square of each value by the sum of all squares that are no smaller. */
export function shareOfRest(values: Float32Array): Float32Array {
  const order = Float64Array.from(values, (value) => value * value).sort();
  // The sum of the squares from each index to the end.
  const tail = new Float64Array(order.length + 1);
  for (let i = order.length - 1; i >= 0; i--) tail[i] = tail[i + 1]! + order[i]!;
  return Float32Array.from(values, (value) => {
    const square = value * value;
    return square === 0 ? 0 : square / tail[countBelow(order, square)]!;
  });
}
