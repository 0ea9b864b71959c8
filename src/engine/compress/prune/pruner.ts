import type { ScannedLayer } from '../../../protocol/measure/sensitivity';
import { PruneStep } from '../../../protocol/steps/prune';
import type { ModelContent } from '../../checkpoint/types';
import type { LayerCompressor } from '../../measure/sensitivity/compressor';
import { readGraph } from '../../model/graph';
import { prunedTensors } from './apply';
import { planPrune } from './plan';
import { prunableTensors } from './ranking';
import type { Statistics } from './scores/score';

/** The pruning options of a scan. */
export type PrunerOptions = Pick<PruneStep, 'score' | 'granularity' | 'protect'>;

/**
 * Prunes one layer of a model at a time, and no other with it.
 * @param seed the recipe's, for random scores
 * @param statistics of this very model, for scores that need data
 * @throws UserError where the granularity fits no layer, a protected layer does not exist, or weights are NaN
 */
export function weightPruner(
  model: ModelContent,
  options: PrunerOptions,
  seed: number,
  statistics?: Statistics,
): LayerCompressor {
  const { score, granularity, protect } = options;
  const step = (amounts: Partial<PruneStep>): PruneStep =>
    PruneStep.parse({
      step: 'prune',
      score,
      scope: 'layer',
      ...(granularity === undefined ? {} : { granularity }),
      ...(protect === undefined ? {} : { protect }),
      ...amounts,
    });
  const trial = planPrune(model, step({ amount: { sparsity: 0 } }), seed, statistics);
  const graph = readGraph(model).layers;
  const layers = trial.layers.map(({ name, state, reason }, i): ScannedLayer => {
    const tensors = prunableTensors(graph[i]!);
    const scanned = state === 'pruned';
    return {
      name,
      parameters: scanned ? tensors.map((tensor) => tensor.name) : [],
      size: scanned ? tensors.reduce((sum, { data }) => sum + data.length, 0) : 0,
      state: scanned ? 'scanned' : (state ?? 'skipped'),
      ...(scanned || reason === undefined ? {} : { reason }),
    };
  });
  return {
    layers,
    compress: (layer, sparsity) => {
      const plan = planPrune(model, step({ layers: { [layer]: { sparsity } } }), seed, statistics);
      return {
        tensors: prunedTensors(model, plan),
        reached: plan.layers.find(({ name }) => name === layer)?.sparsity ?? 0,
      };
    },
  };
}
