import { percent } from '../../../protocol/format';
import { CompactStep } from '../../../protocol/steps/compact';
import { compactByStep } from '../../compress/compact/compact';
import type { AdviceMethod, Circumstances, Family, LayerTeller } from './method';
import { requireSmall, savingsOf } from './reshaped';
import { inEightBits, recovery } from './training';

/** The share of the work of convolutions that stays in the table of layers. */
const LEFT = 0.25;

const compacted = (about: Circumstances): Family => ({
  name: 'compact',
  strengths: [0.5, 0.75],
  between: true,
  reduces: ['macs', 'latency'],
  title: (_, gone) => `Compact convolutions, ${percent(gone, 0)} less work`,
  does: (_, gone) =>
    `Puts compact convolutions, which look at each channel by itself or at fewer channels, in the place of large ones, which takes ${percent(gone, 0)} less work, and trains the model to answer as before; its weights are then kept in 8 bits.`,
  steps: (gone) => [
    {
      ...{ step: 'compact', amount: { macs: Number((1 - gone).toFixed(4)) } },
      ...(about.inputShape ? { inputShape: about.inputShape } : {}),
    },
    ...recovery(about),
    ...inEightBits,
  ],
});

/** Makes all convolutions compact at once, by their weights alone: fitting takes examples, and long. */
const told: LayerTeller['told'] = async (model, { seed, signal }) => {
  requireSmall(model, { what: 'Compact convolutions', step: 'compact' });
  const step = CompactStep.parse({ step: 'compact', amount: { macs: LEFT } });
  const { layers } = await compactByStep(model, step, { seed, dataset: null, signal });
  return savingsOf(layers, { words: ({ form = 'compact' }) => form, otherwise: 'no form saves enough' });
};

export const compact: AdviceMethod = {
  name: 'compact',
  layers: { told },
  families: (about) => (about.trains ? [compacted(about)] : []),
};
