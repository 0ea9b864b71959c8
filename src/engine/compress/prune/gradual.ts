import { typedPercent } from '../../../protocol/format';
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

/** Limit of excess sparsity: whole weights and whole groups can make a model sparser than requested by this much. */
const ROUNDING = 0.01;

/**
 * Returns the schedule with its sparsity as a share of the kernel weights of `model`. Where it counts those of `start`, the
 * model at the start of the run, the same number of weights is left.
 * @throws UserError where fewer weights are in `model` than would be left
 */
export function overModel(gradual: Gradual, start: ModelContent, model: ModelContent): Gradual {
  if (gradual.shareOf !== 'start') return gradual;
  const weightsOf = (one: ModelContent): number => figuresOf(one).totals.kernelWeights;
  const [then, now] = [weightsOf(start), weightsOf(model)];
  const left = (1 - gradual.sparsity) * then;
  if (left > now)
    throw new UserError(
      `Gradual pruning to ${typedPercent(gradual.sparsity)} of the ${then} kernel weights at the start of the run would leave ${Math.round(left)} of them, but only ${now} are in the model now: ask for more, or leave "gradual" out.`,
    );
  return { ...gradual, shareOf: 'model', sparsity: now === then ? gradual.sparsity : 1 - left / now };
}

/** Makes the prune step that gradual pruning takes each time it updates the mask. */
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

/**
 * Plans the final sparsity by magnitude. The score does not decide which layers are pruned, or whether they can be.
 * @throws UserError
 */
export const planByMagnitude = (model: ModelContent, gradual: Gradual): PrunePlan =>
  planPrune(model, { ...pruneStepOf(gradual, gradual.sparsity), score: 'magnitude' });

/** Returns the share of zeros in all kernel weights of a model, protected ones included; 0 where it has none. */
export const kernelSparsity = (model: ModelContent): number => figuresOf(model).totals.sparsity;

/**
 * Returns the sparsity at which gradual pruning starts: the sparsity of the model, or, with scope `layer`, of its least
 * sparse layer. Sparser layers wait for the schedule.
 * @throws UserError where the model is already sparser than the end of the schedule, or the end cannot be reached
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
      `The model is pruned to a sparsity of ${typedPercent(Number(initial.toFixed(4)))} already, which gradual pruning to ${typedPercent(gradual.sparsity)} cannot raise: ask for more, or leave "gradual" out.`,
    );
  return Math.min(initial, gradual.sparsity);
}

/** Prunes the model to a sparsity as gradual pruning does. Returns the model and the plan. @throws UserError */
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

/** Lists the tensors whose masks gradual pruning changes. @throws UserError where the step does not fit the model */
export function graduallyPruned(model: ModelContent, gradual: Gradual): Tensor[] {
  const { selections } = planByMagnitude(model, gradual);
  return readGraph(model)
    .layers.filter(({ name }) => selections.has(name))
    .flatMap(prunableTensors);
}
