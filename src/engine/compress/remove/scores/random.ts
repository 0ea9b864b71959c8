import { Random } from '../../../dataset/random';
import type { ChannelScore } from './score';

const STREAM = 0x9a2d04;

/** Draws a random number for each group from the recipe's seed. Any other score must beat this baseline. */
export const random: ChannelScore = {
  comparable: false,
  score: ({ groups, seed }) => {
    const stream = new Random(STREAM, seed);
    const all = [...new Set(groups.layers.flatMap(({ outputs }) => outputs))];
    return new Map(all.map((group) => [group, (stream.uint32() + 1) / 2 ** 32]));
  },
};
