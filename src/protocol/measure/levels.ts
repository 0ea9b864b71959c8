import * as z from 'zod';
import { BinarizeStep } from '../steps/binarize';
import { ClusterStep } from '../steps/cluster';
import { QuantizeStep } from '../steps/quantize';
import { TernarizeStep } from '../steps/ternarize';

/** A step after which the weights of a kernel have few values. */
export const LevelsStep = z.discriminatedUnion('step', [QuantizeStep, ClusterStep, TernarizeStep, BinarizeStep]);
export type LevelsStep = z.infer<typeof LevelsStep>;

/** Most scales of a layer whose levels are listed. */
export const MOST_ROWS = 16;
/** Most levels that are listed for a scale. */
export const MOST_LEVELS = 256;

/** The levels of weights that share a scale, ascending. */
const LevelRow = z.object({
  tensor: z.string(),
  /** Index of the output channel that has them; null: all weights of the kernel share them. */
  channel: z.number().int().nonnegative().nullable(),
  levels: z.array(z.number()).max(MOST_LEVELS),
});
export type LevelRow = z.infer<typeof LevelRow>;

/** The values that the kernels of a layer would take in a step, each weight rounded to the nearest. */
export const WeightLevels = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('kept'),
    /** The reason why its kernels stay as they are. */
    reason: z.string(),
  }),
  z.object({
    state: z.literal('changed'),
    /** The levels of some scales, those of the widest range first; empty where there are too many levels to list. */
    rows: z.array(LevelRow).max(MOST_ROWS),
    /** Number of scales: of kernels, or of output channels. */
    scales: z.number(),
    /** Most levels under one scale; null for floats. */
    values: z.number().nullable(),
    /** Root of the mean squared change of the weights, as a share of the root of their mean square. */
    error: z.number(),
    /** Bits that number the values of a weight. */
    bits: z.number(),
    /** Entropy of the values of a weight in units of their scale, in bits. */
    idealBits: z.number(),
    /** Weights by which error, entropy and levels were found, and all that there are. */
    judged: z.number(),
    weights: z.number(),
    /** The run rounds better than to the nearest where it has training examples. */
    compensates: z.boolean(),
  }),
]);
export type WeightLevels = z.infer<typeof WeightLevels>;
