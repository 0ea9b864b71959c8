import * as z from 'zod';
import { percent } from '../format';
import { LayerPatterns } from '../patterns';
import { Compaction } from '../compaction';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';
import { calibrationSamples } from './prune';
import { openSizes } from './remove';
import { protect } from './restricted';

/** The compact forms of a convolution. */
export const FormName = z.enum(['separable', 'bottleneck', 'grouped']);
export type FormName = z.infer<typeof FormName>;

const share = (what: string) =>
  z
    .number('must be a number from 0 to 1')
    .gt(0, 'must be above 0')
    .max(1, 'must be at most 1')
    .describe(what)
    .meta({ share: true });

/**
 * How compact convolutions become, in one of four forms. `macs`: all together keep this share of their
 * multiply-accumulates, shared over layers by what each loses. The others give the sizes of one form, the same for each
 * layer.
 */
export const CompactAmount = z.union([
  z.strictObject({
    macs: share('Share of the multiply-accumulates of the convolutions that stays.').meta({
      label: 'MACs',
      start: 0.25,
    }),
  }),
  z.strictObject({
    multiplier: z
      .number()
      .int()
      .min(1)
      .max(64)
      .describe('Depth multiplier of separable convolutions: windows for each channel.')
      .meta({ label: 'Depth multiplier', start: 1 }),
  }),
  z.strictObject({
    channels: share('Share of the channels that is kept inside a bottleneck.').meta({
      label: 'Channels inside',
      start: 0.25,
    }),
  }),
  z.strictObject({
    groups: z.number().int().min(2).max(1024).describe('Groups of grouped convolutions.').meta({ start: 2 }),
  }),
]);
export type CompactAmount = z.infer<typeof CompactAmount>;

/**
 * Replaces convolutions by compact ones: depthwise separable (Howard et al. 2017), bottlenecks, or grouped. They begin as
 * the best approximation and are fitted, layer after layer, to the outputs of the original ones on training examples.
 */
export const compact = defineStep({
  name: 'compact',
  options: {
    form: z
      .enum(['best', ...FormName.options])
      .default('best')
      .describe(
        'Form of the new convolutions: best (default) takes separable or bottleneck, for each layer what loses least; stock TensorFlow.js cannot load grouped ones.',
      )
      .meta({
        about: {
          best: 'Separable or bottleneck, for each layer what loses least. The default.',
          separable: 'A few windows for each channel, and 1x1. Take it for the fewest MACs, as in MobileNet.',
          bottleneck:
            '1x1 to fewer channels, the window over these, and 1x1. Take it where separable ones lose too much.',
          grouped: 'The window within groups of channels. Take it for Keras; stock TensorFlow.js cannot load it.',
        },
        page: 'compact',
      }),
    amount: CompactAmount.describe('How compact they become.'),
    layers: LayerPatterns.optional()
      .describe('Only these layers, by name; * stands for any characters.')
      .meta({ label: 'Only these layers', group: 'advanced' }),
    protect,
    samples: calibrationSamples.describe(
      'Training examples on which layers are fitted; those with large inputs take fewer.',
    ),
    inputShape: openSizes.optional(),
  },
  result: { ...Compaction.shape, ...measuredAfter },
  traits: { changesModel: true, plansByRunning: true, compresses: true },
  words: {
    title: 'Compact convolutions',
    running: 'Making convolutions compact',
    purpose: 'Replaces convolutions by separable or bottleneck ones: the model becomes smaller and faster.',
    when: 'Take it where convolutions take most of the time, and train afterwards, best with a teacher.',
    page: 'compact',
    verb: 'Make convolutions compact in',
    past: 'compact',
    outcome: ({ left, ...measured }) =>
      `${percent(left.convolutions)} of the MACs of convolutions left, ${measuredWords(measured)}`,
  },
});
export const CompactStep = compact.schema;
export type CompactStep = z.infer<typeof CompactStep>;
