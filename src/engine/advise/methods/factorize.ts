import type { LayerSaving } from '../../../protocol/advice';
import { UserError } from '../../../protocol/errors';
import { percent } from '../../../protocol/format';
import { FactorizeStep } from '../../../protocol/steps/factorize';
import { factorizeLayers } from '../../compress/factorize/factorize';
import { figuresOf } from '../../measure/inspect';
import type { AdviceMethod, Circumstances, Family, LayerTeller } from './method';
import { inEightBits, recovery } from './training';

/** The share of the energy of a kernel that stays in the table of layers. */
const ENERGY = 0.9;
/** Larger models would take too long for a quick look. */
const MOST_PARAMS = 10_000_000;

const factored = (about: Circumstances): Family => ({
  name: 'factors',
  strengths: [0.3, 0.5, 0.7],
  between: true,
  reduces: ['macs', 'latency', 'bytes'],
  title: (_, gone) => `Layers split into thin ones, ${percent(gone, 0)} less work`,
  does: (_, gone) =>
    `Puts two or three thin layers in the place of a large one, as near to its outputs as they get, which takes ${percent(gone, 0)} less work, and trains the model; its weights are then kept in 8 bits.`,
  steps: (gone) => [
    {
      ...{ step: 'factorize', amount: { macs: Number((1 - gone).toFixed(4)) } },
      ...(about.inputShape ? { inputShape: about.inputShape } : {}),
    },
    ...recovery(about),
    ...inEightBits,
  ],
});

/** Factorizes all kernels at once, each so that this share of its energy stays. Without data, which takes long for large inputs. */
const told: LayerTeller['told'] = async (model, { seed, signal }) => {
  if (figuresOf(model).totals.params > MOST_PARAMS)
    throw new UserError(
      'Thin layers are not looked for in so large a model, because that takes long: plan the step factorize.',
    );
  const step = FactorizeStep.parse({ step: 'factorize', amount: { energy: ENERGY } });
  const { layers } = await factorizeLayers(model, step, null, { seed, signal });
  return new Map(
    layers.map(({ name, state, before, after, ranks, reason = 'no rank saves anything' }): [string, Saving] => {
      if (state !== 'replaced') return [name, { state: 'cannot', reason }];
      const params = before.params - after.params;
      const saves = { bytes: 4 * params, params, macs: (before.macs ?? 0) - (after.macs ?? 0) };
      const amount = `rank ${ranks?.join(' and ') ?? '?'}, ${percent(ENERGY, 0)} of the energy`;
      return [name, { state: 'offers', amount, saves, metrics: null }];
    }),
  );
};

type Saving = Omit<LayerSaving, 'method'>;

export const factorize: AdviceMethod = {
  name: 'factorize',
  layers: { told },
  families: (about) => (about.trains ? [factored(about)] : []),
};
