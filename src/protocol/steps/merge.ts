import * as z from 'zod';
import { LayerPatterns } from '../patterns';
import { change } from '../format';
import { Reshaping } from '../reshaping';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';
import { openSizes } from './remove';

/**
 * Merges layers without any effect on the outputs: batch normalization is folded into the convolution or dense layer before
 * it (Jacob et al. 2018) or behind it, layers that do nothing at inference are dropped, and linear layers one after the other are
 * multiplied where that saves.
 */
export const merge = defineStep({
  name: 'merge',
  options: {
    protect: LayerPatterns.optional()
      .describe('Layers to leave alone, by name; * stands for any characters.')
      .meta({ label: 'Protected layers', group: 'advanced' }),
    only: z
      .enum(['idle', 'normalization', 'linear'])
      .optional()
      .describe(
        'Merge one kind of layers only: those that do nothing at inference, batch normalization, or linear layers one after the other; all by default. The first two help training.',
      )
      .meta({
        label: 'One kind only',
        group: 'advanced',
        labels: { idle: 'Idle layers', normalization: 'Batch normalization', linear: 'Linear layers' },
      }),
    ifNothing: z
      .enum(['refuse', 'go-on'])
      .optional()
      .describe('Where nothing can be merged with equal outputs: refuse (default), or go on with the model as it is.')
      .meta({ label: 'Without anything to merge', group: 'advanced', labels: { refuse: 'Refuse', 'go-on': 'Go on' } }),
    inputShape: openSizes.optional(),
  },
  result: { ...Reshaping.shape, ...measuredAfter },
  traits: {
    changesModel: true,
    // The step compares the outputs before and after.
    plansByRunning: true,
    compresses: true,
  },
  words: {
    title: 'Merge layers',
    running: 'Merging layers',
    purpose: 'Folds batch normalization into its neighbors and drops idle layers: faster, with the same outputs.',
    when: 'Take it first of all: it costs no accuracy.',
    page: 'factorize',
    verb: 'Merge layers of',
    past: 'merged',
    outcome: ({ layers, totals, ...measured }) => {
      const gone = layers.filter(({ state }) => state === 'merged' || state === 'dropped').length;
      const params = change(totals.before.params, totals.after.params);
      return `${gone} of ${layers.length} layers merged or dropped, parameters ${params}, ${measuredWords(measured)}`;
    },
  },
});
export const MergeStep = merge.schema;
export type MergeStep = z.infer<typeof MergeStep>;
