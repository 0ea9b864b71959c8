import * as z from 'zod';
import { ParetoCurve } from '../pareto';
import { LayerPatterns } from '../patterns';
import { defineStep } from './define';
import { TargetGoal } from './goal';
import { measuredAfter, measuredWords } from './measured-after';
import { Granularity, ImportanceScoreName, prune, SCORE_LABELS, WEIGHT_SCORES_ABOUT } from './prune';
import { quantize } from './quantize';
import { CHANNEL_SCORES_ABOUT, ChannelScoreName, openSizes, remove } from './remove';

/**
 * Prunes to a target instead of a ratio: scans the sensitivity of each layer, searches amounts for each layer, measures the
 * plans on the way, and applies the most accurate or the smallest plan that meets the goal.
 */
export const target = defineStep({
  name: 'target',
  options: {
    goal: TargetGoal.describe('Goal to reach.'),
    by: z
      .enum(['prune', 'remove', 'quantize'])
      .default('prune')
      .describe(
        'Prune single weights, remove whole channels, which also makes the model faster, or find the bits of each layer.',
      )
      .meta({
        label: 'Method',
        about: {
          prune: 'Sets single weights to 0. Take it for smaller compressed files.',
          remove: 'Removes whole channels. Take it for a model that every program computes faster.',
          quantize: 'Finds the bits of each layer. Take it for small packed files without training.',
        },
        page: 'targets',
      }),
    search: z
      .enum(['greedy', 'dynamic'])
      .default('dynamic')
      .describe(
        'Search of amounts: greedy takes the cheapest next step again and again, dynamic is dynamic programming over all layers.',
      )
      .meta({
        about: {
          greedy: 'Takes the cheapest next step again and again. Take it to compare.',
          dynamic: 'Weighs all layers against each other. The default, and seldom worse.',
        },
        page: 'targets',
      }),
    score: z
      .enum({ ...ImportanceScoreName.enum, ...ChannelScoreName.enum })
      .default('magnitude')
      .describe('Importance score that ranks weights or channels.')
      .meta({
        labels: SCORE_LABELS,
        about: { ...CHANNEL_SCORES_ABOUT, ...WEIGHT_SCORES_ABOUT },
        page: 'scores',
      }),
    granularity: Granularity.optional().describe(
      'For single weights, the unit that is pruned together: element (default), kernel, filter, or a block such as 4x4.',
    ),
    samples: z
      .number()
      .int()
      .min(1)
      .default(2000)
      .describe('Number of validation examples on which layers and plans are measured, the first ones of the split.')
      .meta({ group: 'advanced', unit: 'examples' }),
    inputShape: openSizes.optional(),
    protect: LayerPatterns.optional().describe('Layers to leave alone, by name; * stands for any characters.'),
    writePlans: z
      .boolean()
      .default(false)
      .describe('Also write every plan as a checkpoint of its own, in the folder plans.'),
  },
  result: {
    /** The plans, and the index of the chosen one. */
    curve: ParetoCurve,
    /** The result of the chosen plan. */
    applied: z.discriminatedUnion('step', [prune.result, remove.result, quantize.result]),
    ...measuredAfter,
  },
  traits: { changesModel: true, compresses: true, needsData: true },
  words: {
    title: 'Reach a target',
    running: 'Reaching the target',
    purpose: 'Finds the amounts that reach a metric, such as accuracy, or a size.',
    when: 'Take it where the accuracy or the size is known, and not how much each layer can lose.',
    page: 'targets',
    verb: 'Compress',
    past: 'target',
    outcome: ({ curve: { points, chosen }, ...measured }) =>
      `plan ${chosen + 1} of ${points.length}, ${measuredWords(measured)}`,
  },
});
export const TargetStep = target.schema;
export type TargetStep = z.infer<typeof TargetStep>;
