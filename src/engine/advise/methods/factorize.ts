import { UserError } from '../../../protocol/errors';
import { percent } from '../../../protocol/format';
import { FactorizeStep } from '../../../protocol/steps/factorize';
import { chosenBy, fullRank } from '../../compress/factorize/candidates';
import { factorizeLayers } from '../../compress/factorize/factorize';
import type { AdviceMethod, Circumstances, Family, LayerTeller } from './method';
import { requireSmall, savingsOf } from './reshaped';
import { inEightBits, recovery } from './training';

/** The share of the energy of a kernel that stays in the table of layers. */
const ENERGY = 0.9;
/** Layers whose factors save less of their weights stay: a second layer costs time that its work does not tell. */
const LEAST_SAVED = 0.25;

const [DOES, TRAINED] = [
  'Puts two or three thin layers in the place of a large one, as near to its outputs as they get',
  'and trains the model to answer as before; its weights are then kept in 8 bits.',
];

const shapeOf = ({ inputShape }: Circumstances) => (inputShape ? { inputShape } : {});

/** Ranks for a share of the work, shared out over layers by what each loses. */
const factored = (about: Circumstances): Family => ({
  name: 'factors',
  strengths: [0.3, 0.5, 0.7],
  between: true,
  reduces: ['macs', 'bytes'],
  title: (_, gone) => `Layers split into thin ones, ${percent(gone, 0)} less work`,
  does: (_, gone) => `${DOES}, which takes ${percent(gone, 0)} less work, ${TRAINED}`,
  steps: (gone) => [
    { step: 'factorize', amount: { macs: Number((1 - gone).toFixed(4)) }, ...shapeOf(about) },
    ...recovery(about),
    ...inEightBits,
  ],
});

/**
 * The same share of the full rank for each layer, in whole blocks, which processors compute fast; layers that would hardly
 * save anything stay, such as a first convolution of few inputs.
 */
const thin = (about: Circumstances): Family => ({
  name: 'thin',
  strengths: [0.5, 0.75],
  between: true,
  reduces: ['latency', 'macs'],
  title: (_, gone) => `Large layers split into thin ones, ${percent(gone, 0)} less work`,
  does: (_, gone) => `${DOES}, which takes ${percent(gone, 0)} less work and less time, ${TRAINED}`,
  steps: (gone) => {
    const ranks = ranksFor(about, gone);
    return [
      { step: 'factorize', layers: Object.keys(ranks), ranks, ...shapeOf(about) },
      ...recovery(about),
      ...inEightBits,
    ];
  },
});

/** @throws UserError where no layer would save enough */
export function ranksFor(
  { start, multipleOf }: Pick<Circumstances, 'start' | 'multipleOf'>,
  gone: number,
): Record<string, number> {
  const { candidates } = chosenBy(start, FactorizeStep.parse({ step: 'factorize', amount: { energy: ENERGY } }));
  const ranks: Record<string, number> = {};
  for (const candidate of candidates) {
    const { node, kernel } = candidate;
    const { shape, data } = kernel.tensor;
    const [outputs, weights] = [shape.at(-1)!, data.length];
    const blocks = ((1 - gone) * Math.min(outputs, fullRank(candidate))) / multipleOf;
    const rank = multipleOf * Math.max(1, Math.round(blocks));
    const [inputs, window] = [shape.at(-2)!, shape.slice(0, -2)];
    const [height, width] = window;
    const isFlat = window.length === 2 && height! > 1 && width! > 1;
    // A window of two sides becomes a column and a row; others become themselves with fewer outputs, and single positions.
    const factors = rank * (isFlat ? height! * inputs + width! * outputs : weights / outputs + outputs);
    if (factors <= (1 - LEAST_SAVED) * weights) ranks[node.name] = rank;
  }
  if (Object.keys(ranks).length === 0)
    throw new UserError('No layer is large enough to be split into thin ones so that an answer takes less time.');
  return ranks;
}

/** Factorizes all kernels at once, each so that this share of its energy stays. Without data, which takes long for large inputs. */
const told: LayerTeller['told'] = async (model, { seed, signal }) => {
  requireSmall(model, { what: 'Thin layers', step: 'factorize' });
  const step = FactorizeStep.parse({ step: 'factorize', amount: { energy: ENERGY } });
  const { layers } = await factorizeLayers(model, step, null, { seed, signal });
  return savingsOf(layers, {
    words: ({ ranks }) => `rank ${ranks?.join(' and ') ?? '?'}, ${percent(ENERGY, 0)} of the energy`,
    otherwise: 'no rank saves anything',
  });
};

export const factorize: AdviceMethod = {
  name: 'factorize',
  layers: { told },
  families: (about) => (about.trains ? [factored(about), thin(about)] : []),
};
