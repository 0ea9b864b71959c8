import * as z from 'zod';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';
import { ends, protect, RestrictedLayer, scaleOf } from './restricted';

/**
 * Binarizes: every weight of a kernel becomes -a or +a (XNOR-Net, Rastegari et al. 2016); pruned weights stay 0. A
 * fine-tuning that follows trains weights of full precision behind these (BinaryConnect, Courbariaux et al. 2015).
 */
export const binarize = defineStep({
  name: 'binarize',
  options: { scaleOf, ends, protect },
  result: { layers: z.array(RestrictedLayer), ...measuredAfter },
  traits: { changesModel: true, compresses: true },
  words: {
    title: 'Binarize',
    running: 'Binarizing',
    purpose: 'Sets every weight to \u2212a or +a.',
    when: 'Take it for one bit a weight, and train afterwards.',
    page: 'few-values',
    verb: 'Binarize',
    past: 'binarized',
    outcome: measuredWords,
  },
});
export const BinarizeStep = binarize.schema;
export type BinarizeStep = z.infer<typeof BinarizeStep>;
