import { tf } from '../../../tf';
import { sumOverInputs } from '../../calibration/inputs';
import type { ImportanceScore, ScoreInput } from './score';

/**
 * Computes |w| times the norm of the input of w. Statistics are the squares of these norms, one for each row of the
 * kernel as inputs by outputs.
 */
export function outputChanges({ tensor: { data }, statistics: squares }: ScoreInput): Float32Array {
  const outputs = data.length / squares.length;
  return data.map((weight, i) => Math.abs(weight) * Math.sqrt(squares[Math.floor(i / outputs)]!));
}

/**
 * Wanda (Sun et al. 2023, "A Simple and Effective Pruning Approach for Large Language Models"): |w| times the norm of
 * the input of w over the training images. The scores of a tensor are divided by their norm, so that layers can be
 * ranked together: the square of a score is the share of the layer's output that depends on the weight.
 */
export const wanda: ImportanceScore = {
  pooling: 'mean',
  score: (input) => {
    const changes = outputChanges(input);
    const norm = Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0));
    return norm === 0 ? changes : changes.map((change) => change / norm);
  },
  unseen: 'it needs the inputs of weights, which only dense layers and convolutions give',
  calibrate: (subject, names) => sumOverInputs(subject, names, (columns) => tf.sum(tf.square(columns), 0)),
};
