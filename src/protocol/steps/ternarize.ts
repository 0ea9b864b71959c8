import * as z from 'zod';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';
import { ends, protect, RestrictedLayer, scaleOf } from './restricted';

/**
 * Ternarizes: every weight of a kernel becomes -a, 0 or +a (ternary weight networks, Li and Liu 2016). A fine-tuning that
 * follows trains weights of full precision behind these, or the two values themselves too (Zhu et al. 2017).
 */
export const ternarize = defineStep({
  name: 'ternarize',
  options: {
    scaleOf,
    scales: z
      .enum(['mean', 'trained'])
      .default('mean')
      .describe(
        'Size of the values in training: the mean size of their weights (default), or two trained values, one on each side of 0.',
      )
      .meta({
        labels: { mean: 'Mean size of the weights', trained: 'Trained' },
        about: {
          mean: 'The mean size of their weights. The default; right without training too.',
          trained: 'Two trained values, one on each side of 0. Take it with training afterwards.',
        },
        page: 'few-values',
      }),
    ends,
    protect,
  },
  result: { layers: z.array(RestrictedLayer), ...measuredAfter },
  traits: { changesModel: true, compresses: true },
  words: {
    title: 'Ternarize',
    running: 'Ternarizing',
    purpose: 'Sets every weight to \u2212a, 0 or +a.',
    when: 'Take it for fewer than two bits a weight, and train afterwards.',
    page: 'few-values',
    verb: 'Ternarize',
    past: 'ternarized',
    outcome: measuredWords,
  },
});
export const TernarizeStep = ternarize.schema;
export type TernarizeStep = z.infer<typeof TernarizeStep>;
