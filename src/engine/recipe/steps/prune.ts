import type { PruneStep } from '../../../protocol/steps/prune';
import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/run';
import type { ModelContent } from '../../checkpoint/types';
import { applyPrune } from '../../compress/prune/apply';
import { planPrune, type PrunePlan } from '../../compress/prune/plan';
import { measure, recorded } from '../measured';
import type { Work } from '../work';
import type { StepKind } from './kind';

/** Prunes the model, and measures it before the first pruning and after each. */
async function perform(work: Work, step: PruneStep): Promise<StepResult> {
  const { prepared, listener, state } = work;
  if (
    !prepared.recipe.steps.slice(0, state.step).some((earlier) => earlier.step === 'prune') &&
    state.before === null
  ) {
    const before = await measure(prepared, work.model, listener);
    if (before) state.accuracies.push(recorded('start', before));
    state.before = before?.accuracy ?? null;
  }
  const plan = planPrune(work.model, step, prepared.recipe.seed);
  work.model = pruned(work.model, plan);
  const after = await measure(prepared, work.model, listener);
  if (after) state.accuracies.push(recorded(`step ${state.step + 1}, prune`, after));
  state.afterPrune = after?.accuracy ?? null;
  state.afterFineTune = null;
  return { step: 'prune', layers: [...plan.layers], accuracy: state.afterPrune };
}

const pruned = (model: ModelContent, plan: PrunePlan): ModelContent => ({
  ...model,
  tensors: applyPrune(model, plan).tensors,
});

export const prune: StepKind<PruneStep> = {
  runsModel: () => false,
  check: ({ amount, layers = {}, granularity = '' }, where) => {
    if (!granularity.includes(':') && amount === undefined && Object.keys(layers).length === 0)
      throw new UserError(`${where} does not say how much to prune: give it an "amount", or amounts for "layers".`);
  },
  rehearse: (model, step) => pruned(model, planPrune(model, step)),
  perform,
};
