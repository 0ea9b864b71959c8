import type { MetricValues } from '../../protocol/metric';
import { compresses } from '../../protocol/steps';
import { measure, recorded } from './measured';
import type { RunContext } from './run-context';

/**
 * Measures the model before the first step that compresses it; does nothing before later ones. @throws UserError,
 * CancelledError
 */
export async function measureBefore({ prepared, model, listener, state }: RunContext): Promise<void> {
  if (state.before !== null || prepared.recipe.steps.slice(0, state.step).some(compresses)) return;
  const before = await measure(prepared, model, listener);
  if (before) state.accuracies.push(recorded('start', before));
  state.before = before?.metrics ?? null;
}

/**
 * Measures the model on the test split after a compressing step; null without data. @throws UserError, CancelledError
 */
export async function measureAfter(
  { prepared, model, listener, state }: RunContext,
  step: string,
): Promise<MetricValues | null> {
  const after = await measure(prepared, model, listener);
  if (after) state.accuracies.push(recorded(`step ${state.step + 1}, ${step}`, after));
  state.afterPrune = after?.metrics ?? null;
  state.afterFineTune = null;
  return state.afterPrune;
}
