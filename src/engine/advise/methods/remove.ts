import { percent } from '../../../protocol/format';
import { RemoveStep } from '../../../protocol/steps/remove';
import type { RecipeStepInput } from '../../../protocol/steps';
import { channelGroups } from '../../compress/remove/channels';
import { channelPruner } from '../../compress/remove/pruner';
import { planRemove } from '../../compress/remove/plan';
import { channelScores } from '../../compress/remove/scores';
import type { AdviceMethod, Circumstances, Family } from './method';
import { fewValues, inEightBits, recovery } from './training';

/** The removal is recovered from while zeros are made. */
const LONGER = 1.4;

const WORK = (share: number): string =>
  `Removes whole filters and neurons, those that matter least, until ${percent(share, 0)} of the work for an answer is gone, and trains the smaller model`;

const removal = (macs: number, { multipleOf, inputShape }: Circumstances): RecipeStepInput => ({
  ...{ step: 'remove', score: 'taylor', amount: { macs }, multipleOf },
  ...(inputShape ? { inputShape } : {}),
});

const smaller = (about: Circumstances): Family => ({
  name: 'channels',
  strengths: [0.3, 0.5, 0.65, 0.8],
  between: true,
  reduces: ['macs', 'latency'],
  title: (_, share) => `${percent(share, 0)} of the work removed`,
  does: (_, share) => `${WORK(share)}; its weights are then kept in 8 bits.`,
  steps: (share) => [removal(share, about), ...recovery(about), ...inEightBits],
});

/** Filters first, then zeros and few values in what is left. */
const smallerAndSparse = (about: Circumstances, sparsity: number): Family => ({
  name: `channels-zeros-${sparsity}`,
  strengths: [0.3, 0.5, 0.65, 0.8],
  between: true,
  reduces: ['bytes', 'macs', 'latency'],
  title: (_, share) => `${percent(share, 0)} of the work removed, ${percent(sparsity, 0)} zeros, few values`,
  does: (_, share) =>
    `${WORK(share)}; sets ${percent(sparsity, 0)} of its weights to 0 meanwhile, then lets the others share a few values, and writes one small file.`,
  steps: (share) => [removal(share, about), ...fewValues(about, sparsity, LONGER)],
});

export const remove: AdviceMethod = {
  name: 'remove',
  layers: {
    by: 'remove',
    amounts: [0.1, 0.25, 0.5, 0.75],
    usual: 0.5,
    words: (amount) => `${percent(amount, 0)} fewer channels`,
    open: async (model, seed) => {
      const groups = channelGroups(model);
      const scores = await channelScores.magnitude.score({ model, groups, seed, samples: 0, dataset: null });
      return {
        compressor: channelPruner(model, { score: 'magnitude' }, scores),
        smaller: (layer, share) => {
          const step = RemoveStep.parse({ step: 'remove', scope: 'layer', layers: { [layer]: share } });
          return planRemove(model, step, scores).model;
        },
      };
    },
  },
  families: (about) =>
    about.trains ? [smaller(about), smallerAndSparse(about, 0.8), smallerAndSparse(about, 0.9)] : [],
};
