import { UserError } from '../../../protocol/errors';
import type { PreviewAccuracy, Progress } from '../../../protocol/measure';
import type { RemovalPlan } from '../../../protocol/removal';
import type { RemoveStep } from '../../../protocol/steps/remove';
import { fileSizes, plannedSizes } from '../../checkpoint/sizes';
import type { Checkpoint, ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/dataset';
import { evaluateModel } from '../../measure/evaluate';
import { toLayersModel } from '../../model/runnable';
import { channelGroups } from './channels';
import { checkDifference } from './difference';
import { maskChannels } from './mask';
import { planRemove } from './plan';
import { channelScores } from './scores';

export interface RemovalPreviewOptions {
  readonly seed: number;
  readonly dataset: Dataset | null;
  /** Validation images on which accuracy is measured. */
  readonly samples: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a remove step would come to, without writing anything. Throws UserError, CancelledError. */
export async function previewRemoval(
  checkpoint: Checkpoint,
  step: RemoveStep,
  options: RemovalPreviewOptions,
): Promise<RemovalPlan> {
  const { seed, dataset, signal } = options;
  const groups = channelGroups(checkpoint);
  const scores = await channelScores[step.score]({ model: checkpoint, groups, seed });
  const plan = planRemove(checkpoint, step, scores);
  const masked = maskChannels(checkpoint, groups, plan.removed);
  const difference = await checkDifference(masked, plan.model, dataset?.split('validation'), signal);
  const [before, after] = [await fileSizes(checkpoint, { signal }), await plannedSizes(plan.model, { signal })];
  const accuracy = await accuracies(checkpoint, plan.model, options);
  return {
    layers: [...plan.layers],
    totals: { before: { ...plan.totals.before, ...before }, after: { ...plan.totals.after, ...after } },
    difference,
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
