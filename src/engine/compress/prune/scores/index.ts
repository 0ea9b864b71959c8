import type { PruneStep } from '../../../../protocol/steps/prune';
import { lamp } from './lamp';
import { l2, magnitude } from './magnitude';
import { movement } from './movement';
import { obc } from './obc';
import { random } from './random';
import type { ImportanceScore } from './score';
import { taylor } from './taylor';
import { wanda } from './wanda';

export type ScoreName = PruneStep['score'];

/** Importance scores by their names in a recipe. A new score is a file here and a name in the schema. */
export const importanceScores: Readonly<Record<ScoreName, ImportanceScore>> = {
  magnitude,
  l2,
  lamp,
  random,
  taylor,
  movement,
  wanda,
  obc,
};

/** Returns whether a score refits the kept weights, see `reconstruct`. */
export const reconstructs = (score: ScoreName): boolean => importanceScores[score].reconstructs === true;
