import * as z from 'zod';
import { change } from '../format';
import { t } from '../l10n';
import { LayerPatterns } from '../patterns';
import { ReshapedLayer, Reshaping } from '../reshaping';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';
import { openSizes } from './remove';

const rank = z.number('must be a whole number of 1 or more').int().min(1, 'must be 1 or more').max(65_536);
const share = z
  .number('must be a number from 0 to 1')
  .gt(0, 'must be above 0')
  .lt(1, 'must be below 1')
  .meta({ share: true });

/**
 * The amount that stays, in one of five forms. `params`, `macs`: this share of the parameters or multiply-accumulates of the
 * named layers, shared out by what each loses. `energy`: this share of the variance of the outputs of each layer. `rank`: the
 * same rank for all. `vbmf`: variational Bayes finds the rank of each kernel.
 */
export const FactorAmount = z.union([
  z.strictObject({ params: share.describe('Share of the parameters of these layers that stays.').meta({ label: 'Parameters' }) }), // prettier-ignore
  z.strictObject({ macs: share.describe('Share of the multiply-accumulates of these layers that stays.').meta({ label: 'MACs' }) }), // prettier-ignore
  z.strictObject({ energy: share.describe('Share of the variance of the outputs of each layer that stays.') }),
  z.strictObject({ rank: rank.describe('Rank of each layer.') }),
  z.strictObject({ vbmf: z.literal(true).describe('Find the rank of each kernel by variational Bayes.').meta({ label: 'VBMF' }) }), // prettier-ignore
]);
export type FactorAmount = z.infer<typeof FactorAmount>;

/** Ways to factorize; the engine describes each where it computes it. */
export const FactorScheme = z.enum(['svd', 'tucker', 'spatial', 'cp']);
export type FactorScheme = z.infer<typeof FactorScheme>;

/** The name of a way to factorize, with what it comes to: `Tucker of ranks 8 and 12`. */
export const factorWords = (scheme: FactorScheme, ranks: readonly number[]): string =>
  ranks.length === 1
    ? t('{0} of rank {1}', schemeName(scheme), ranks.join())
    : t('{0} of ranks {1}', schemeName(scheme), ranks.join(t(' and ')));

function schemeName(scheme: FactorScheme): string {
  switch (scheme) {
    case 'svd':
      return 'SVD';
    case 'tucker':
      return 'Tucker';
    case 'cp':
      return 'CP';
    case 'spatial':
      return t('height and width');
  }
}

/** The effect of a factorization on one layer. */
export const FactorizedLayer = ReshapedLayer.extend({
  scheme: FactorScheme.optional(),
  /** Two for `tucker`: channels that enter the core, and channels that leave it. */
  ranks: z.array(z.number()).optional(),
  /** Root of the mean squared error of its outputs on calibration examples, as a share of their standard deviation. */
  outputError: z.number().optional(),
});
export type FactorizedLayer = z.infer<typeof FactorizedLayer>;

/** Low-rank factorization: a layer becomes two or three smaller ones, whose product comes nearest to its outputs on examples. */
export const factorize = defineStep({
  name: 'factorize',
  options: {
    amount: FactorAmount.optional().describe('How much stays.').meta({ begins: true }),
    layers: LayerPatterns.optional()
      .describe(
        'Layers to factorize, by name; * stands for any characters. Default: all dense layers and convolutions, or those with a rank of their own where no amount is given.',
      )
      .meta({ label: 'Layers' }),
    ranks: z
      .record(z.string(), rank)
      .optional()
      .describe('Ranks of single layers, by layer name.')
      .meta({ label: 'Single layers', group: 'advanced' }),
    scheme: FactorScheme.optional()
      .describe('How convolutions are factorized; by default in the way that loses least for its cost.')
      .meta({
        group: 'advanced',
        labels: {
          svd: 'Narrow, then 1x1',
          tucker: 'Tucker: 1x1, narrow, 1x1',
          spatial: 'Height, then width',
          cp: '1x1, depthwise, 1x1',
        },
        about: {
          svd: 'Few filters of full size, and 1x1 to all outputs. Also for dense layers; take it for few outputs.',
          tucker:
            '1x1 to few channels, the window between these, and 1x1. Take it for convolutions with many channels.',
          spatial: 'A window of one column, and one of one row. Take it for large windows.',
          cp: '1x1, one window for each channel, and 1x1. The fewest MACs; take it only with training afterwards.',
        },
        page: 'factorize',
      }),
    multipleOf: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .optional()
      .describe(
        'Choose ranks that are multiples of this number: processors compute blocks of 8 or 16 channels. Default: 16 in wide layers where MACs are asked for, else 1.',
      )
      .meta({ label: 'Multiple of', group: 'advanced' }),
    protect: LayerPatterns.optional()
      .describe('Layers to leave alone, by name; * stands for any characters.')
      .meta({ label: 'Protected layers', group: 'advanced' }),
    samples: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(500)
      .describe('Training examples on which the outputs of layers are approximated.')
      .meta({ group: 'advanced', unit: 'examples' }),
    inputShape: openSizes.optional(),
  },
  result: {
    ...Reshaping.shape,
    layers: z.array(FactorizedLayer),
    /** Training examples on which outputs were approximated; 0: kernels were, without data. */
    samples: z.number(),
    ...measuredAfter,
  },
  traits: {
    changesModel: true,
    // The step compares the outputs before and after.
    plansByRunning: true,
    compresses: true,
  },
  words: {
    title: 'Factorize',
    running: 'Factorizing',
    purpose: 'Makes two or three small layers of a large one.',
    when: 'Take it for wide dense layers and large kernels, and train afterwards.',
    page: 'factorize',
    verb: 'Factorize',
    past: 'factorized',
    outcome: ({ layers, totals, ...measured }) => {
      const replaced = layers.filter(({ state }) => state === 'replaced').length;
      const params = change(totals.before.params, totals.after.params);
      return `${replaced} ${replaced === 1 ? 'layer' : 'layers'} factorized, parameters ${params}, ${measuredWords(measured)}`;
    },
  },
});
export const FactorizeStep = factorize.schema;
export type FactorizeStep = z.infer<typeof FactorizeStep>;
