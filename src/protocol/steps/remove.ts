import * as z from 'zod';
import { DEFAULT_SIZES, InputShape } from '../model';
import { percent } from '../format';
import { LayerPatterns } from '../patterns';
import { Removal } from '../removal';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';
import { calibrationSamples, SCORE_LABELS } from './prune';

const share = (what: string) =>
  z
    .number('must be a number from 0 to 1')
    .min(0, 'must be from 0 to 1')
    .max(1, 'must be from 0 to 1')
    .describe(what)
    .meta({ share: true });

/**
 * The amount to remove, in one of four forms. `channels`: this share of the removable channels. `macs`, `params`: enough
 * channels to reduce the model's multiply-accumulates or parameters by at least this share. `zeros`: the filters and
 * neurons that an earlier pruning emptied, and those with unused outputs; this needs no score.
 */
export const RemoveAmount = z.union([
  z.strictObject({ channels: share('Share of the channels to remove.') }),
  z.strictObject({ macs: share('Share of the multiply-accumulates to remove.').meta({ label: 'MACs' }) }),
  z.strictObject({ params: share('Share of the parameters to remove.').meta({ label: 'Parameters' }) }),
  z.strictObject({
    zeros: z.literal(true).describe('Remove the filters and neurons with zeros only.').meta({ label: 'All zeros' }),
  }),
]);
export type RemoveAmount = z.infer<typeof RemoveAmount>;

/** The input size for a model that leaves it open. */
export const openSizes = InputShape.describe(
  `Input size for a model that leaves it open, without the batch, such as 224, 224, 3. MACs are counted for it, and without data outputs are compared on it. Default: ${DEFAULT_SIZES.image} for images and ${DEFAULT_SIZES.steps} steps for series.`,
);

/** Scores of channels, one line each. */
export const CHANNEL_SCORES_ABOUT = {
  magnitude: 'Sum of the sizes of the weights that make the channel. The default; needs no data.',
  l2: 'Root of the sum of the squares of the weights that make the channel. Take it without data.',
  fpgm: 'Distance to the other filters of the layer. Take it without data: it removes what others can stand in for.',
  'bn-scale':
    'Scale of the batch normalization behind the channel. Take it for networks that have one after each convolution.',
  taylor: 'Change of the loss without the channel, to first order. Needs data; the best where there is some.',
  random: 'A random number. Take it as the baseline that a score has to beat.',
};

/** Importance scores of whole channels; the engine describes each where it computes it. */
export const ChannelScoreName = z
  .enum(['magnitude', 'l2', 'fpgm', 'bn-scale', 'taylor', 'random'])
  .meta({ labels: SCORE_LABELS, about: CHANNEL_SCORES_ABOUT, page: 'remove' });
export type ChannelScoreName = z.infer<typeof ChannelScoreName>;

/** True if a channel score is computed from training examples. */
export const channelsNeedImages = (score: ChannelScoreName): boolean => score === 'taylor';

/**
 * Structured pruning: removes the filters, channels and neurons with the smallest importance scores. The result is a
 * smaller, ordinary model. Coupled channels, for example through a residual addition, are removed together.
 * With scope `global` all channels are ranked together, each score divided by the mean of its coupled group's kind. With
 * scope `layer` each layer loses the same share. `layers` gives shares for single layers; without `amount` only those lose channels.
 */
export const remove = defineStep({
  name: 'remove',
  options: {
    score: ChannelScoreName.default('magnitude').describe('Importance score that ranks channels.'),
    scope: z
      .enum(['global', 'layer'])
      .default('global')
      .describe('Rank the channels of all layers together, or take the same share of each layer.')
      .meta({
        labels: { global: 'All layers together', layer: 'Each layer by itself' },
        about: {
          global: 'The least important channels go wherever they are. Take it with a score that needs data.',
          layer: 'Each layer loses the same share of its channels. Take it with a score that needs no data.',
        },
        page: 'remove',
      }),
    amount: RemoveAmount.optional().describe('How much to remove.').meta({ begins: true }),
    layers: z
      .record(z.string(), share('Share of the channels of this layer to remove.'))
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
        'Keep widths at multiples of this number: processors compute blocks of 8 or 16 channels, so other widths waste time.',
      ),
    samples: calibrationSamples.describe('Training examples for a score that needs data, such as taylor.'),
    inputShape: openSizes.optional(),
  },
  result: { ...Removal.shape, ...measuredAfter },
  traits: {
    changesModel: true,
    // The step compares the outputs with and without the removed channels.
    plansByRunning: true,
    compresses: true,
    needsData: ({ score, amount }) => !(amount && 'zeros' in amount) && channelsNeedImages(score),
  },
  words: {
    title: 'Remove channels',
    running: 'Removing channels',
    purpose: 'Removes filters and neurons: the model becomes smaller and faster.',
    when: 'Take it for a model that every program computes faster, and train afterwards.',
    page: 'remove',
    verb: 'Remove channels of',
    past: 'smaller',
    outcome: ({ reached, shortfall, ...measured }) =>
      [
        reached ? `${percent(reached.channels)} of the channels removed, ` : '',
        measuredWords(measured),
        shortfall === undefined ? '' : `; ${shortfall}`,
      ].join(''),
  },
});
export const RemoveStep = remove.schema;
export type RemoveStep = z.infer<typeof RemoveStep>;
