import { UserError } from '../../../protocol/errors';
import type { PreviewAccuracy } from '../../../protocol/measure';
import type { RemovalPlan } from '../../../protocol/removal';
import type { RemoveStep } from '../../../protocol/steps/remove';
import { fileSizes, plannedSizes } from '../../checkpoint/sizes';
import type { Checkpoint, ModelContent } from '../../checkpoint/types';
import { evaluateModel } from '../../measure/evaluate';
import { toLayersModel } from '../../model/runnable';
import { removeByStep, type RemoveOptions } from './remove';

export interface RemovalPreviewOptions extends RemoveOptions {
  /** Validation images on which accuracy is measured. */
  readonly samples: number;
  readonly signal: AbortSignal;
}

/** What a remove step would come to, without writing anything. Throws UserError, CancelledError. */
export async function previewRemoval(
  checkpoint: Checkpoint,
  step: RemoveStep,
  options: RemovalPreviewOptions,
): Promise<RemovalPlan> {
  const { signal } = options;
  const plan = await removeByStep(checkpoint, step, options);
  const [before, after] = [await fileSizes(checkpoint, { signal }), await plannedSizes(plan.model, { signal })];
  const accuracy = await accuracies(checkpoint, plan.model, options);
  return {
    layers: [...plan.layers],
    totals: { before: { ...plan.totals.before, ...before }, after: { ...plan.totals.after, ...after } },
    difference: plan.difference,
    ...(typeof accuracy === 'string' ? { accuracy: null, noAccuracy: accuracy } : { accuracy }),
  };
}

async function accuracies(
  before: ModelContent,
  after: ModelContent,
  { dataset, samples, signal, onProgress }: RemovalPreviewOptions,
): Promise<PreviewAccuracy | string> {
  if (!dataset) return 'no dataset chosen';
  const images = dataset.split('validation').first(samples);
  const measure = async (model: ModelContent) => {
    const running = await toLayersModel(model);
    try {
      return await evaluateModel(running, images, { classNames: dataset.info.classNames, signal, onProgress });
    } finally {
      running.dispose();
    }
  };
  try {
    const { accuracy: baseline } = await measure(before);
    const { accuracy, loss } = await measure(after);
    return { accuracy, baseline, loss, samples: images.length, sampleData: dataset.info.sample };
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
