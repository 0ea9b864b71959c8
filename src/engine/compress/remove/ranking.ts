import type { RemoveStep } from '../../../protocol/steps/remove';
import type { Family } from './families';
import type { GroupScores } from './scores/score';

/** Groups of a family from the least important on. */
export type Ranked = readonly { readonly group: number; readonly score: number }[];

/**
 * Ranks the groups of a family that have a score; of equal ones the first goes first. Scores that can be compared between
 * families are divided by what removing one group saves, others by their mean over the family.
 */
export function rankFamily({ groups }: Family, scores: GroupScores, comparable?: { savedBy: number }): Ranked {
  const scored = groups.flatMap((group) => {
    const score = scores.get(group);
    return score === undefined ? [] : [{ group, score }];
  });
  const unit = comparable?.savedBy ?? scored.reduce((sum, { score }) => sum + score / scored.length, 0);
  return scored
    .map(({ group, score }) => ({ group, score: unit > 0 ? score / unit : 0 }))
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
