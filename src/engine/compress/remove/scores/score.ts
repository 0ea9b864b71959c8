import type { Progress } from '../../../../protocol/measure';
import type { ModelContent } from '../../../checkpoint/types';
import type { Dataset } from '../../../dataset/open-data';
import type { ChannelGroups } from '../channel-groups';
import { slices, type Sliced } from '../slices';

/** The input of a channel score. */
export interface ChannelScoreInput {
  readonly model: ModelContent;
  readonly groups: ChannelGroups;
  /** The recipe's. */
  readonly seed: number;
  /** Number of training images, for scores that need data. */
  readonly samples: number;
  readonly dataset: Dataset | null;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Importance by group, 0 or more; the smallest are removed first. Groups that the score cannot rate are absent. */
export type GroupScores = ReadonlyMap<number, number>;

/** Scores the importance of each group of channels. */
export interface ChannelScore {
  /**
   * True where scores of different layers are comparable: they are divided by the saving of a removal. Other scores are
   * divided by their mean over the coupled layers.
   */
  readonly comparable: boolean;
  /** @throws UserError, CancelledError */
  score(input: ChannelScoreInput): GroupScores | Promise<GroupScores>;
}

/**
 * Makes a score that applies `ofSlices` to the slices of tensors in some role, and sums over the tensors that are
 * coupled in a group.
 */
export const summedOver = (
  role: 'kernel' | 'scale',
  ofSlices: (sliced: Sliced) => ArrayLike<number> | Promise<ArrayLike<number>>,
): ChannelScore => ({
  comparable: false,
  score: async ({ model, groups }) => {
    const sums = new Map<number, number>();
    for (const sliced of slices(model, groups)) {
      if (sliced.role !== role) continue;
      const values = await ofSlices(sliced);
      sliced.groups.forEach((group, i) => sums.set(group, (sums.get(group) ?? 0) + values[i]!));
    }
    return sums;
  },
});
