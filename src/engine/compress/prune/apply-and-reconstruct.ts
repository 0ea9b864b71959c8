import type { PrunedLayer } from '../../../protocol/measure';
import type { PruneStep } from '../../../protocol/steps/prune';
import type { ModelContent, Tensors } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { countNonzero } from '../../measure/inspect';
import { readGraph } from '../../model/graph';
import type { CalibrationOptions } from '../calibration/subject';
import { keepZeros } from '../reconstruct/keep-zeros';
import { reconstruct, type LayerReconstruction } from '../reconstruct/reconstruct';
import { prunedTensors } from './apply';
import type { PrunedTotals, PrunePlan } from './plan';
import { reconstructs } from './scores';

/** The result of a plan: its tensors, and the report on each layer. */
export interface PruneOutcome {
  readonly tensors: Tensors;
  readonly layers: readonly PrunedLayer[];
  readonly totals: PrunedTotals;
}

/**
 * Applies a plan, and refits the kept weights where the step's score reconstructs.
 * @param data only needed by such scores
 * @throws UserError, CancelledError
 */
export async function applyAndReconstruct(
  content: ModelContent,
  { score, samples }: Pick<PruneStep, 'score' | 'samples'>,
  plan: PrunePlan,
  data: Dataset | null,
  options: Pick<CalibrationOptions, 'seed' | 'signal' | 'onProgress'>,
): Promise<PruneOutcome> {
  const pruned = prunedTensors(content, plan);
  if (!reconstructs(score)) return { tensors: pruned, layers: plan.layers, totals: plan.totals };
  if (!data) throw new Error('a score that reconstructs was let through without data');
  const { tensors, layers } = await reconstruct(content, pruned, data, { ...options, ...keepZeros, samples });
  const biases = new Map(
    readGraph(content).layers.map((layer) => [layer.name, gained(layer.tensors, pruned, tensors)]),
  );
  const all = [...biases.values()].reduce((sum, more) => sum + more, 0);
  return {
    tensors,
    layers: plan.layers.map((layer) => reported(layer, layers.get(layer.name), biases.get(layer.name) ?? 0)),
    totals: { ...plan.totals, nonzero: plan.totals.nonzero + all },
  };
}

/** Counts how many more weights are nonzero after the fit: biases that were 0 can change. */
function gained(
  owned: readonly { readonly tensor: { readonly name: string } }[],
  pruned: Tensors,
  fitted: Tensors,
): number {
  const count = (tensors: Tensors, name: string): number => {
    const tensor = tensors.get(name);
    return tensor ? countNonzero(tensor) : 0;
  };
  return owned.reduce((sum, { tensor }) => sum + count(fitted, tensor.name) - count(pruned, tensor.name), 0);
}

function reported(layer: PrunedLayer, fitted: LayerReconstruction | undefined, more: number): PrunedLayer {
  if (fitted === undefined) return layer;
  const now = { ...layer, nonzero: layer.nonzero + more };
  if (typeof fitted !== 'string') return { ...now, outputError: fitted };
  return { ...now, reason: layer.reason === undefined ? fitted : `${layer.reason}; ${fitted}` };
}
