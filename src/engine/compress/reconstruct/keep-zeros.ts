import { tf } from '../../tf';
import { solveMasked } from './least-squares';
import { DAMPING, type ReconstructionOptions } from './reconstruct';

const ITERATIONS = 50;

/** Reconstructs after pruning: weights that are 0 stay 0, all others are fitted. */
export const keepZeros: Pick<ReconstructionOptions, 'words' | 'solve'> = {
  words: { running: 'reconstructing', not: 'not reconstructed' },
  solve: async ({ equations, start, pause }) => {
    const mask = tf.tidy(() => tf.cast<tf.Tensor2D>(tf.notEqual(start, 0), 'float32'));
    try {
      return await solveMasked(equations, start, mask, { damping: DAMPING, iterations: ITERATIONS, pause });
    } finally {
      mask.dispose();
    }
  },
};
