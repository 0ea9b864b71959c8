import * as z from 'zod';
import { percent } from '../format';
import { ParetoCurve } from '../pareto';
import { LayerPatterns } from '../patterns';
import { defineStep } from './define';
import { TargetGoal } from './goal';
import { Granularity, ImportanceScoreName, prune, SCORE_LABELS } from './prune';
import { ChannelScoreName, openSizes, remove } from './remove';

/**
 * Prunes to a target instead of a ratio: scans the sensitivity of each layer, searches amounts for each layer, measures the
 * plans along the way and applies the one that meets the goal at the best accuracy, or at the smallest size.
 */
export const target = defineStep({
  name: 'target',
  options: {
    goal: TargetGoal.describe('What is to be reached.'),
    by: z
      .enum(['prune', 'remove'])
      .default('prune')
      .describe('How: single weights become 0, or whole channels are removed, which also makes it faster.')
      .meta({ label: 'Cut' }),
    search: z
      .enum(['greedy', 'dynamic'])
      .default('dynamic')
      .describe(
        'How amounts are searched: the cheapest next cut again and again, or dynamic programming over all layers.',
      ),
    score: z
      .enum({ ...ImportanceScoreName.enum, ...ChannelScoreName.enum })
      .default('magnitude')
      .describe('Importance score by which weights or channels are ranked.')
      .meta({ labels: SCORE_LABELS }),
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
      )
      .meta({ group: 'advanced', unit: 'images' }),
    inputShape: openSizes.optional(),
    protect: LayerPatterns.optional().describe('Layers that are left alone, by name; * stands for any characters.'),
    writePlans: z
      .boolean()
      .default(false)
      .describe('Write every plan that was found as a checkpoint of its own too, in the folder plans.'),
  },
  result: {
    /** The plans that were found, and which of them was chosen. */
    curve: ParetoCurve,
    /** What the chosen one came to. */
    applied: z.discriminatedUnion('step', [prune.result, remove.result]),
    accuracy: z.number().nullable(),
  },
  traits: { changesModel: true, compresses: true, needsData: true },
  words: {
    title: 'Reach a target',
    running: 'Reaching the target',
    purpose: 'Finds the amounts for an accuracy or a size.',
    verb: 'Compress',
    past: 'target',
    outcome: ({ curve: { points, chosen }, accuracy }) =>
      `plan ${chosen + 1} of ${points.length}, test accuracy ${accuracy === null ? 'not measured' : percent(accuracy)}`,
  },
});
export const TargetStep = target.schema;
export type TargetStep = z.infer<typeof TargetStep>;
