import * as z from 'zod';
import { DEFAULT_SIZES, InputShape } from '../model';
import { percent } from '../format';
import { LayerPatterns } from '../patterns';
import { Removal } from '../removal';
import { defineStep } from './define';
import { accuracyWords, CALIBRATION_SAMPLES, SCORE_LABELS } from './prune';

const share = (what: string) =>
  z.number('must be a number from 0 to 1').min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1').describe(what);

/**
 * How much to remove, in one of four ways. `channels`: this share of the channels that may go. `macs`, `params`: as many
 * as bring the model's multiply-accumulates, or its parameters, down by this share or just beyond it. `zeros`: the filters
 * and neurons that an earlier pruning emptied, and those whose outputs nobody reads; no score is needed.
 */
export const RemoveAmount = z.union([
  z.strictObject({ channels: share('Share of the channels that is removed, 0 to 1.') }),
  z.strictObject({ macs: share('Share of the multiply-accumulates that is removed, 0 to 1.').meta({ label: 'MACs' }) }),
  z.strictObject({ params: share('Share of the parameters that is removed, 0 to 1.').meta({ label: 'Parameters' }) }),
  z.strictObject({
    zeros: z
      .literal(true)
      .describe('Remove the filters and neurons that are all zero.')
      .meta({ label: 'All that is zero' }),
  }),
]);
export type RemoveAmount = z.infer<typeof RemoveAmount>;

/** The size of the input for a model that leaves it open. */
export const openSizes = InputShape.describe(
  `Size of the input where the model leaves it open, without the batch, such as 224, 224, 3: MACs are counted for it, and without data outputs are compared on it; by default ${DEFAULT_SIZES.image} for images and ${DEFAULT_SIZES.steps} steps for series.`,
);

/** Importance scores of whole channels; each is described where it is computed. */
export const ChannelScoreName = z
  .enum(['magnitude', 'l2', 'fpgm', 'bn-scale', 'taylor', 'random'])
  .meta({ labels: SCORE_LABELS });
export type ChannelScoreName = z.infer<typeof ChannelScoreName>;

/** Whether a score of channels is computed from training images. */
export const channelsNeedImages = (score: ChannelScoreName): boolean => score === 'taylor';

/**
 * Structured pruning: filters, channels and neurons with the smallest importance scores are taken out of the model, which
 * becomes a smaller, ordinary one. Channels that hang together, through a residual addition for example, go together.
 * With scope `global` all are ranked together, their scores divided by the mean of those they hang together with in kind;
 * with `layer` each layer loses the same share. `layers` gives shares to single layers; without `amount` only those are cut.
 */
export const remove = defineStep({
  name: 'remove',
  options: {
    score: ChannelScoreName.default('magnitude').describe('Importance score by which channels are ranked.'),
    scope: z
      .enum(['global', 'layer'])
      .default('global')
      .describe('Rank the channels of all layers together, or take the same share of each layer.')
      .meta({ labels: { global: 'All layers together', layer: 'Each layer by itself' } }),
    amount: RemoveAmount.optional().describe('How much to remove.').meta({ begins: true }),
    layers: z
      .record(z.string(), share('Share of the channels of this layer that is removed, 0 to 1.'))
      .optional()
      .describe('Shares of channels for single layers, by layer name.')
      .meta({ label: 'Single layers', group: 'advanced' }),
    protect: LayerPatterns.optional()
      .describe('Layers that keep all their channels, by name; * stands for any characters.')
      .meta({ label: 'Protected layers', group: 'advanced' }),
    multipleOf: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .default(1)
      .describe(
        'Widths stay multiples of this: processors compute blocks of 8 or 16 channels, and the rest of a block is time for nothing.',
      ),
    samples: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(CALIBRATION_SAMPLES)
      .describe('Training images on which a score that needs data, such as taylor, is computed.')
      .meta({ group: 'advanced', unit: 'images' }),
    inputShape: openSizes.optional(),
  },
  result: { ...Removal.shape, accuracy: z.number().nullable() },
  traits: {
    changesModel: true,
    // Before channels are taken out, the outputs with and without them are compared.
    plansByRunning: true,
    compresses: true,
    needsData: ({ score, amount }) => !(amount && 'zeros' in amount) && channelsNeedImages(score),
  },
  words: {
    title: 'Remove channels',
    running: 'Removing channels',
    purpose: 'Filters and neurons go away: smaller and faster.',
    verb: 'Remove channels of',
    past: 'smaller',
    outcome: ({ reached, shortfall, accuracy }) =>
      [
        reached ? `${percent(reached.channels)} of the channels removed, ` : '',
        accuracyWords(accuracy),
        shortfall === undefined ? '' : `; ${shortfall}`,
      ].join(''),
  },
});
export const RemoveStep = remove.schema;
export type RemoveStep = z.infer<typeof RemoveStep>;
