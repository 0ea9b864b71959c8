import type { EvaluateStep } from '../../../protocol/recipe';
import type { StepResult } from '../../../protocol/run';
import { measure, recorded } from '../measured';
import type { Work } from '../work';

/** Measures the model as it is; nothing is chosen by it. */
export async function evaluateStep(work: Work, step: EvaluateStep): Promise<StepResult> {
  const evaluation = await measure(work.prepared, work.model, work.listener, step.split, step.samples);
  if (!evaluation) throw new Error('an evaluate step was let through without data');
  work.state.accuracies.push(recorded(`step ${work.state.step + 1}`, evaluation));
  return { step: 'evaluate', evaluation };
}
