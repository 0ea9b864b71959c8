import type { PreviewAccuracy } from '../../../protocol/measure';
import type { RemovalPlan } from '../../../protocol/removal';
import type { RemoveStep } from '../../../protocol/steps/remove';
import { fileSizes, plannedSizes } from '../../checkpoint/sizes';
import type { Checkpoint, ModelContent } from '../../checkpoint/types';
import { evaluatedOrWhyNot } from '../../measure/evaluated';
import { removeByStep, type RemoveOptions } from './remove';

export interface RemovalPreviewOptions extends RemoveOptions {
  /** Validation images on which accuracy is measured. */
  readonly samples: number;
  /** Why there is no dataset. */
  readonly noDataset?: string | undefined;
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
    ...plan.outcome,
    difference: plan.difference,
    ...(plan.notCompared === undefined ? {} : { notCompared: plan.notCompared }),
    ...(typeof accuracy === 'string' ? { accuracy: null, noAccuracy: accuracy } : { accuracy }),
  };
}

async function accuracies(
  before: ModelContent,
  after: ModelContent,
  { dataset, noDataset = 'no dataset chosen', samples, signal, onProgress }: RemovalPreviewOptions,
): Promise<PreviewAccuracy | string> {
  if (!dataset) return noDataset;
  const options = { split: 'validation', samples, signal, onProgress } as const;
  const baseline = await evaluatedOrWhyNot(before, dataset, options);
  if (typeof baseline === 'string') return baseline;
  const measured = await evaluatedOrWhyNot(after, dataset, options);
  if (typeof measured === 'string') return measured;
  const { accuracy, loss, samples: images } = measured;
  const { info, normalization } = dataset;
  return { accuracy, baseline: baseline.accuracy, loss, samples: images, sampleData: info.sample, normalization };
}
