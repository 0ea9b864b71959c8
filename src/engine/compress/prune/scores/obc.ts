import { shareOfRest } from './lamp';
import type { ImportanceScore } from './score';
import { outputChanges, wanda } from './wanda';

/**
 * For pruning with reconstruction (see `reconstruct`): the error that the loss of a weight makes in the layer's output
 * (w^2 times the second moment of what it is multiplied with, the diagonal of the Hessian of OBC, Frantar and Alistarh
 * 2022), over the sum of all such errors that are no smaller, as LAMP has it, so that layers can be ranked together.
 */
export const obc: ImportanceScore = {
  ...wanda,
  score: (input) => shareOfRest(outputChanges(input)),
  reconstructs: true,
};
