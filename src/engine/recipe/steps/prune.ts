import type { PruneStep } from '../../../protocol/recipe';
import type { StepResult } from '../../../protocol/run';
import { applyPrune } from '../../compress/prune/apply';
import { planPrune } from '../../compress/prune/plan';
import { measure, recorded } from '../measured';
import type { Work } from '../work';

/** Prunes the model, and measures it before the first pruning and after each. */
export async function pruneStep(work: Work, step: PruneStep): Promise<StepResult> {
  const { prepared, listener, state } = work;
  if (
    !prepared.recipe.steps.slice(0, state.step).some((earlier) => earlier.step === 'prune') &&
    state.before === null
  ) {
    const before = await measure(prepared, work.model, listener);
    if (before) state.accuracies.push(recorded('start', before));
    state.before = before?.accuracy ?? null;
  }
  const plan = planPrune(work.model, step);
  work.model = { ...work.model, tensors: applyPrune(work.model, plan).tensors };
  const after = await measure(prepared, work.model, listener);
  if (after) state.accuracies.push(recorded(`step ${state.step + 1}, prune`, after));
  state.afterPrune = after?.accuracy ?? null;
  state.afterFineTune = null;
  return { step: 'prune', layers: [...plan.layers], accuracy: state.afterPrune };
}
