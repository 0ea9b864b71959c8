import { UserError } from '../../../protocol/errors';
import type { Gradual } from '../../../protocol/steps/gradual';
import type { PruneStep } from '../../../protocol/steps/prune';
import type { ModelContent, Tensor, Tensors } from '../../checkpoint/types';
import { figuresOf } from '../../measure/inspect';
import { readGraph } from '../../model/graph';
import { prunedTensors } from './apply';
import { planPrune, type PrunePlan } from './plan';
import { prunableTensors, prunedShare } from './ranking';
import type { Statistics } from './scores/score';

/** Whole weights and whole groups may make a pruned model sparser than was asked for: by no more than this. */
const ROUNDING = 0.01;

/** The prune step that gradual pruning takes each time that it finds the mask anew. */
export function pruneStepOf({ score, samples, scope, granularity, protect }: Gradual, sparsity: number): PruneStep {
  return {
    step: 'prune',
    score,
    samples,
    scope,
    amount: { sparsity },
    ...(granularity === undefined ? {} : { granularity }),
    ...(protect === undefined ? {} : { protect }),
    allowEmptyLayers: false,
  };
}

/** The plan of full sparsity by magnitudes: which layers are cut, and whether they can be, does not depend on the score. @throws UserError */
export const planByMagnitude = (model: ModelContent, gradual: Gradual): PrunePlan =>
  planPrune(model, { ...pruneStepOf(gradual, gradual.sparsity), score: 'magnitude' });

/** Share of all kernel weights of a model that is 0, protected ones included; 0 where it has none. */
export const kernelSparsity = (model: ModelContent): number => figuresOf(model).totals.sparsity;

/**
 * Where gradual pruning begins: the model's own sparsity; with scope `layer` that of its least sparse layer, since a layer
 * that is ahead waits for the schedule.
 * @throws UserError where the model is sparser already than the schedule ends, or the end cannot be reached
 */
export function initialSparsity(model: ModelContent, gradual: Gradual): number {
  const { selections } = planByMagnitude(model, gradual);
  const initial =
    gradual.scope === 'global'
      ? kernelSparsity(model)
      : Math.min(
          ...readGraph(model)
            .layers.filter(({ name }) => selections.has(name))
            .map((layer) => prunedShare(layer)),
        );
  if (initial > gradual.sparsity + ROUNDING)
    throw new UserError(
      `The model is pruned to a sparsity of ${Number(initial.toFixed(4))} already, which gradual pruning to ${gradual.sparsity} cannot raise: ask for more, or leave "gradual" out.`,
    );
  return Math.min(initial, gradual.sparsity);
}

/** The model pruned to a sparsity as gradual pruning does it, and the plan of that. @throws UserError */
export function prunedTo(
  model: ModelContent,
  gradual: Gradual,
  sparsity: number,
  seed: number,
  statistics?: Statistics,
): { plan: PrunePlan; tensors: Tensors } {
  const plan = planPrune(model, pruneStepOf(gradual, sparsity), seed, statistics);
  return { plan, tensors: prunedTensors(model, plan) };
}

/** The tensors whose mask gradual pruning changes. @throws UserError where the step does not fit the model */
export function graduallyPruned(model: ModelContent, gradual: Gradual): Tensor[] {
  const { selections } = planByMagnitude(model, gradual);
  return readGraph(model)
    .layers.filter(({ name }) => selections.has(name))
    .flatMap(prunableTensors);
}
