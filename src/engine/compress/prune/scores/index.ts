import type { PruneStep } from '../../../../protocol/steps/prune';
import { lamp } from './lamp';
import { l2, magnitude } from './magnitude';
import { random } from './random';
import type { ImportanceScore } from './score';

export type ScoreName = PruneStep['score'];

/** The importance scores by the name that a recipe gives. A new one is a file here and a name in the schema. */
export const importanceScores: Readonly<Record<ScoreName, ImportanceScore>> = { magnitude, l2, lamp, random };
