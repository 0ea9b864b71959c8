import type { ModelContent } from '../../../checkpoint/types';
import type { ChannelGroups } from '../channels';
import { slices, type Sliced } from '../slices';

/** What a score of channels is told. */
export interface ChannelScoreInput {
  readonly model: ModelContent;
  readonly groups: ChannelGroups;
  /** The recipe's. */
  readonly seed: number;
}

/** Importance by group; a group that the score can say nothing of is absent. */
export type GroupScores = ReadonlyMap<number, number>;

/** Says how much each group of channels matters: 0 or more, the smallest are removed first. */
export type ChannelScore = (input: ChannelScoreInput) => GroupScores | Promise<GroupScores>;

/** The score that sums what `ofSlices` says of each kernel over the kernels that are coupled in a group. */
export const summedOverKernels =
  (ofSlices: (sliced: Sliced) => ArrayLike<number>) =>
  ({ model, groups }: ChannelScoreInput): GroupScores =>
    summed(
      slices(model, groups).filter(({ role }) => role === 'kernel'),
      ofSlices,
    );

/** Sums what `ofSlices` says of the slices of each tensor by group. */
export function summed(all: readonly Sliced[], ofSlices: (sliced: Sliced) => ArrayLike<number>): GroupScores {
  const sums = new Map<number, number>();
  for (const sliced of all) {
    const values = ofSlices(sliced);
    sliced.groups.forEach((group, i) => sums.set(group, (sums.get(group) ?? 0) + values[i]!));
  }
  return sums;
}
