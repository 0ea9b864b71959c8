import { eachGradient } from '../../calibration/gradients';
import { GradientSums, type Term } from './gradient-sums';
import type { ImportanceScore } from './score';

/** Images in one batch, whose mean gradient makes one term. */
const BATCH_SIZE = 20;

/** (w g)^2 */
export const taylorTerm: Term = (weight, gradient) => (weight * gradient) ** 2;

/**
 * First-order Taylor expansion (Molchanov et al. 2019, "Importance Estimation for Neural Network Pruning"): (w g)^2
 * summed over batches of training images. It is the square of the estimated change in loss if w were 0.
 */
export const taylor: ImportanceScore = {
  pooling: 'mean',
  score: ({ statistics }) => statistics.slice(),
  unseen: 'no gradient reaches it',
  calibrate: async (subject, names) => {
    const sums = new GradientSums(taylorTerm);
    await eachGradient(subject, names, BATCH_SIZE, (gradients) => {
      sums.add(gradients, (name) => subject.content.tensors.get(name)!.data);
    });
    return sums.statistics;
  },
};
