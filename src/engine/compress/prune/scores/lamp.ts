import { countBelow } from '../sorted';
import type { ImportanceScore } from './score';

/**
 * LAMP (Lee et al. 2021, "Layer-Adaptive Sparsity for the Magnitude-based Pruning"): w^2 over the sum of the squares of all
 * weights of the tensor that are no smaller. Ranked globally it finds the sparsity of each layer by itself.
 */
export const lamp: ImportanceScore = {
  pooling: 'mean',
  score: ({ tensor }) => shareOfRest(tensor.data),
};

/** The square of each value over the sum of all squares that are no smaller. */
export function shareOfRest(values: Float32Array): Float32Array {
  const order = Float64Array.from(values, (value) => value * value).sort();
  // The sum of the squares from each place to the end.
  const tail = new Float64Array(order.length + 1);
  for (let i = order.length - 1; i >= 0; i--) tail[i] = tail[i + 1]! + order[i]!;
  return Float32Array.from(values, (value) => {
    const square = value * value;
    return square === 0 ? 0 : square / tail[countBelow(order, square)]!;
  });
}
