import type { EvaluateStep } from '../../../protocol/steps/evaluate';
import type { StepResult } from '../../../protocol/steps';
import { keptCounts } from '../../compress/counts';
import { measure, recorded } from '../measured';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

/** Measures the model; nothing is chosen by it. */
async function run(context: RunContext, step: EvaluateStep): Promise<StepResult> {
  const evaluation = await measure(context.prepared, context.model, context.listener, step.split, step.samples);
  if (!evaluation) throw new Error('an evaluate step was let through without data');
  context.state.accuracies.push(recorded(`step ${context.state.step + 1}`, evaluation));
  return { step: 'evaluate', evaluation };
}

export const evaluate: StepKind<EvaluateStep> = {
  plan: ({ session }) => Promise.resolve({ kind: 'same', counts: keptCounts(session.checkpoint) }),
  run,
};
