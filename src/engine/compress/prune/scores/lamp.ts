import { countBelow } from '../sorted';
import type { ImportanceScore } from './score';

/**
 * LAMP (Lee et al. 2021, "Layer-Adaptive Sparsity for the Magnitude-based Pruning"): w^2 over the sum of the squares of all
 * weights of the tensor that are no smaller. Ranked globally it finds the sparsity of each layer by itself.
 */
export const lamp: ImportanceScore = {
  pooling: 'mean',
  score: ({ tensor: { data } }) => {
    const order = Float64Array.from(data, (weight) => weight * weight).sort();
    // The sum of the squares from each place to the end.
    const tail = new Float64Array(order.length + 1);
    for (let i = order.length - 1; i >= 0; i--) tail[i] = tail[i + 1]! + order[i]!;
    return Float32Array.from(data, (weight) => {
      const square = weight * weight;
      return square === 0 ? 0 : square / tail[countBelow(order, square)]!;
    });
  },
};
