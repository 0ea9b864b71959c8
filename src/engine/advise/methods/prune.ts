import { percent } from '../../../protocol/format';
import { PruneStep } from '../../../protocol/steps/prune';
import { prunedTensors } from '../../compress/prune/apply';
import { planPrune } from '../../compress/prune/plan';
import { weightPruner } from '../../compress/prune/pruner';
import type { AdviceMethod, Family } from './method';
import { fewValues } from './training';

const ZEROS = 'Sets the smallest weights to 0 little by little while the model trains';
const VALUES = 'lets the others of a layer share a few values, and writes one small file; the work for an answer stays';

/** Zeros that are found while the model trains, then few values. */
const gradually = (about: Parameters<AdviceMethod['families']>[0]): Family => ({
  name: 'zeros',
  strengths: [0.8, 0.9, 0.95, 0.98, 0.99],
  between: true,
  reduces: ['bytes'],
  title: (sparsity) => `${percent(sparsity, 0)} zeros and few values`,
  does: (sparsity) => `${ZEROS}, ${percent(sparsity, 0)} of them in the end, ${VALUES}.`,
  steps: (sparsity) => fewValues(about, sparsity),
});

export const prune: AdviceMethod = {
  name: 'prune',
  layers: {
    by: 'prune',
    amounts: [0.3, 0.5, 0.7, 0.8, 0.9, 0.95],
    usual: 0.5,
    words: (amount) => `${Math.round(100 * amount)}% zeros`,
    open: (model, seed) => ({
      compressor: weightPruner(model, { score: 'magnitude' }, seed),
      smaller: (layer, sparsity) => {
        const step = PruneStep.parse({ step: 'prune', scope: 'layer', layers: { [layer]: { sparsity } } });
        return { ...model, tensors: prunedTensors(model, planPrune(model, step, seed)) };
      },
    }),
  },
  families: (about) => (about.trains ? [gradually(about)] : []),
};
