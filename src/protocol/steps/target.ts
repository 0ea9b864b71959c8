import * as z from 'zod';
import { Granularity, ImportanceScoreName } from './prune';
import { ChannelScoreName, openSizes } from './remove';
import { LayerPatterns } from '../patterns';

const count = z.number().int('must be a whole number').positive('must be above 0');

/**
 * What is to be reached, one of: `accuracy`, at least so much on the validation images; `bytes`, at most so many of all
 * files, gzipped; `macs` and `params`, at most so many. Where weights are pruned, MACs and parameters that are 0 do not count.
 */
export const TargetGoal = z.union([
  z.strictObject({
    accuracy: z
      .number('must be a number from 0 to 1')
      .min(0, 'must be from 0 to 1')
      .max(1, 'must be from 0 to 1')
      .describe('Accuracy on the validation images, at least; the smallest model that has it is chosen.'),
  }),
  z.strictObject({ bytes: count.describe('Bytes of model.json and its shards, each gzipped, at most.') }),
  z.strictObject({ macs: count.describe('Multiply-accumulates for one image, at most.') }),
  z.strictObject({ params: count.describe('Parameters, at most.') }),
]);
export type TargetGoal = z.infer<typeof TargetGoal>;

/**
 * Prunes to a target instead of a ratio: scans the sensitivity of each layer, searches amounts for each layer, measures the
 * plans along the way and applies the one that meets the goal at the best accuracy, or at the smallest size.
 */
export const TargetStep = z.strictObject({
  step: z.literal('target'),
  goal: TargetGoal.describe('What is to be reached.'),
  by: z
    .enum(['prune', 'remove'])
    .default('prune')
    .describe('How: single weights become 0, or whole channels are removed, which also makes it faster.'),
  search: z
    .enum(['greedy', 'dynamic'])
    .default('dynamic')
    .describe(
      'How amounts are searched: the cheapest next cut again and again, or dynamic programming over all layers.',
    ),
  score: z
    .enum({ ...ImportanceScoreName.enum, ...ChannelScoreName.enum })
    .default('magnitude')
    .describe('Importance score by which weights or channels are ranked.'),
  granularity: Granularity.optional().describe(
    'Where weights are pruned: what is cut as one, element (default), kernel, filter, or a block such as 4x4.',
  ),
  samples: z
    .number()
    .int()
    .min(1)
    .default(2000)
    .describe(
      'Validation images on which layers and plans are measured; the first so many, or all where there are fewer.',
    ),
  inputShape: openSizes.optional(),
  protect: LayerPatterns.optional().describe('Layers that are left alone, by name; * stands for any characters.'),
  writePlans: z
    .boolean()
    .default(false)
    .describe('Write every plan that was found as a checkpoint of its own too, in the folder plans.'),
});
export type TargetStep = z.infer<typeof TargetStep>;
