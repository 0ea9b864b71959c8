import { Random } from '../../../dataset/random';
import type { ImportanceScore } from './score';

const STREAM = 0x9a2d03;

/**
 * Draws a random number for each weight from the recipe's seed and the tensor's name. Any other score must beat this
 * baseline.
 */
export const random: ImportanceScore = {
  pooling: 'mean',
  score: ({ tensor: { name, data }, seed }) => {
    const stream = new Random(STREAM, seed, ...new TextEncoder().encode(name));
    return new Float32Array(data.length).map(() => (stream.uint32() + 1) / 2 ** 32);
  },
};
