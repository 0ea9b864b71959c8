import type { RemoveStep } from '../../../protocol/steps/remove';
import type { CoupledLayers } from './coupled-layers';
import type { GroupScores } from './scores/score';

/** Channel groups in ascending order of importance. */
export type Ranked = readonly { readonly group: number; readonly score: number }[];

/** Channel groups of the same coupled layers that are removed together or not at all. */
export interface Bundle {
  readonly groups: readonly number[];
  /** Their mean. */
  readonly score: number;
}

/**
 * Ranks the channel groups that have a score; of equal scores the first comes first. Comparable scores are divided by the
 * saving of one group, other scores by their mean over the coupled layers.
 */
export function rankGroups({ groups }: CoupledLayers, scores: GroupScores, comparable?: { savedBy: number }): Ranked {
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
 * Bundles the ranked groups, so that the width of the layers is a multiple of `multipleOf` after each bundle. Groups left over
 * at the end are in no bundle.
 * @param width number of all groups of the layers, including those that stay
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
 * Orders all bundles for removal: by score with scope `global`; in turn with scope `layer`, so that at each point all layers
 * have lost about the same share.
 */
export function mergeRankings(sets: readonly (readonly Bundle[])[], scope: RemoveStep['scope']): Bundle[] {
  return sets
    .flatMap((coupled) =>
      coupled.map((bundle, i) => ({ bundle, key: scope === 'global' ? bundle.score : (i + 0.5) / coupled.length })),
    )
    .sort((a, b) => a.key - b.key)
    .map(({ bundle }) => bundle);
}
