import { wanda } from './wanda';
import type { ImportanceScore } from './score';

/**
 * The saliency of optimal brain compression (Frantar and Alistarh 2022) without the coupling of weights: w^2 times the
 * second moment of what it is multiplied with, the error that its loss makes in the layer's output.
 */
export const obc: ImportanceScore = {
  ...wanda,
  score: (input) => wanda.score(input).map((score) => score * score),
};
