import { tf } from '../../../backend/tf';
import { sumOverInputs } from '../../calibration/inputs';
import type { ImportanceScore } from './score';

/**
 * Wanda (Sun et al. 2023, "A Simple and Effective Pruning Approach for Large Language Models"): |w| times the norm of what
 * the weight is multiplied with over the training images.
 */
export const wanda: ImportanceScore = {
  pooling: 'mean',
  score: ({ tensor: { data }, statistics: norms }) => {
    const outputs = data.length / norms.length;
    return data.map((weight, i) => Math.abs(weight) * norms[Math.floor(i / outputs)]!);
  },
  unseen: 'what its weights are multiplied with is seen for dense layers and convolutions only',
  calibrate: async (subject, names) => {
    const sums = await sumOverInputs(subject, names, (columns) => tf.sum(tf.square(columns), 0));
    try {
      const norms = new Map<string, Float32Array>();
      for (const [name, sum] of sums) norms.set(name, (await sum.data<'float32'>()).map(Math.sqrt));
      return norms;
    } finally {
      tf.dispose([...sums.values()]);
    }
  },
};
