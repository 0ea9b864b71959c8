import { shareOfRest } from './lamp';
import type { ImportanceScore } from './score';
import { outputChanges, wanda } from './wanda';

/**
 * The score for pruning with reconstruction (see `reconstruct`). It starts from the error in the layer's output that the
 * loss of a weight causes: w^2 times the second moment of the input of that weight, which is the diagonal of the Hessian
 * of OBC (Frantar and Alistarh 2022). This is divided by the sum of all such errors that are no smaller, as in LAMP, so
 * that layers can be ranked together.
 */
export const obc: ImportanceScore = {
  ...wanda,
  score: (input) => shareOfRest(outputChanges(input)),
  reconstructs: true,
};
