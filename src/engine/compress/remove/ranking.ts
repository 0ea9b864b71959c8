import type { RemoveStep } from '../../../protocol/steps/remove';
import type { Family } from './families';
import type { GroupScores } from './scores/score';

/** Groups of a family from the least important on. */
export type Ranked = readonly { readonly group: number; readonly score: number }[];

/** Ranks the groups of a family that have a score, over the mean of the family unless scores are comparable; of equal ones the first goes first. */
export function rankFamily({ groups }: Family, scores: GroupScores, comparable = false): Ranked {
  const scored = groups.flatMap((group) => {
    const score = scores.get(group);
    return score === undefined ? [] : [{ group, score }];
  });
  const mean = comparable ? 1 : scored.reduce((sum, { score }) => sum + score / scored.length, 0);
  return scored
    .map(({ group, score }) => ({ group, score: mean > 0 ? score / mean : 0 }))
    .sort((a, b) => a.score - b.score);
}

/**
 * All families in one order of removal: by score with scope `global`; with `layer` in turn, so that at each point every
 * family has lost about the same share.
 */
export function mergeRankings(families: readonly Ranked[], scope: RemoveStep['scope']): number[] {
  return families
    .flatMap((family) =>
      family.map(({ group, score }, i) => ({ group, key: scope === 'global' ? score : (i + 0.5) / family.length })),
    )
    .sort((a, b) => a.key - b.key)
    .map(({ group }) => group);
}
