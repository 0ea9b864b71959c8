import type { RemoveStep } from '../../../protocol/steps/remove';
import type { Family } from './families';
import type { GroupScores } from './scores/score';

/** Groups of a family from the least important on. */
export type Ranked = readonly { readonly group: number; readonly score: number }[];

/** Groups of one family that go together or not at all. */
export interface Bundle {
  readonly groups: readonly number[];
  /** Their mean. */
  readonly score: number;
}

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
 * The ranked groups of a family in bundles, so that after each bundle the family's width is a multiple of `multipleOf`.
 * Those left over at the end would break it and are in none.
 * @param width of the family, those of its groups that stay included
 */
export function bundles(ranked: Ranked, width: number, multipleOf: number): Bundle[] {
  const found: Bundle[] = [];
  for (let start = 0, end = width % multipleOf || multipleOf; end <= ranked.length; start = end, end += multipleOf) {
    const some = ranked.slice(start, end);
    const score = some.reduce((sum, one) => sum + one.score / some.length, 0);
    found.push({ groups: some.map(({ group }) => group), score });
  }
  return found;
}

/**
 * The bundles of all families in one order of removal: by score with scope `global`; with `layer` in turn, so that at each
 * point every family has lost about the same share.
 */
export function mergeRankings(families: readonly (readonly Bundle[])[], scope: RemoveStep['scope']): Bundle[] {
  return families
    .flatMap((family) =>
      family.map((bundle, i) => ({ bundle, key: scope === 'global' ? bundle.score : (i + 0.5) / family.length })),
    )
    .sort((a, b) => a.key - b.key)
    .map(({ bundle }) => bundle);
}
