import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { RecalibrateStep } from '../../../protocol/steps/recalibrate';
import type { ModelContent } from '../../checkpoint/types';
import { keptCounts } from '../../compress/counts';
import { recalibrate as recalibrated } from '../../compress/recalibrate';
import { readGraph } from '../../model/graph';
import { asStored } from '../as-stored';
import { measure, recorded } from '../measured';
import { progressTo } from '../types';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

/** Measures the statistics of batch normalization again, and then the model. */
async function run(context: RunContext, step: RecalibrateStep): Promise<StepResult> {
  const { prepared, listener, state } = context;
  if (!prepared.data) throw new Error('a recalibrate step was let through without data');
  const images = prepared.data.split('train').first(step.samples);
  const { model, layers } = await recalibrated(context.model, images, {
    batchSize: step.batchSize,
    signal: listener.signal,
    onProgress: progressTo(listener),
  });
  context.model = asStored(model);
  const evaluation = await measure(prepared, context.model, listener);
  if (!evaluation) throw new Error('a recalibrate step was let through with a model that cannot be run');
  state.accuracies.push(recorded(`step ${state.step + 1}, recalibrate`, evaluation));
  return { step: 'recalibrate', layers, samples: images.length, ...afterStep(evaluation.metrics, evaluation.split) };
}

function dryRun(model: ModelContent): ModelContent {
  const tensors = readGraph(model).layers.flatMap((layer) => layer.tensors);
  if (!tensors.some(({ role }) => role === 'mean'))
    throw new UserError('The model has no batch normalization, so nothing can be recalibrated: leave the step out.');
  return model;
}

export const recalibrate: StepKind<RecalibrateStep> = {
  validate: { dryRun },
  plan: ({ session }) => Promise.resolve({ kind: 'same', counts: keptCounts(dryRun(session.checkpoint)) }),
  passes: ({ samples }) => samples,
  run,
};
