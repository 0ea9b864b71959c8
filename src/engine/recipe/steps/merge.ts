import { UserError } from '../../../protocol/errors';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { MergeStep } from '../../../protocol/steps/merge';
import type { StepResult } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import { reshapedCounts } from '../../compress/counts';
import { compareOutputs, type OutputCheck } from '../../compress/difference/compare-outputs';
import { mergeLayers } from '../../compress/merge/merge';
import type { Dataset } from '../../dataset/open-data';
import { measureAfter, measureBefore } from '../compressed';
import type { Outlook, PlanContext } from '../planning/outlook';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

/** Limit of the largest difference between outputs before and after, as a share of their size. */
const LARGEST = 1e-4;

/** Compares a merged model with the one before. @throws UserError where their outputs are not equal, CancelledError */
async function checked(
  before: ModelContent,
  after: ModelContent,
  { inputShape }: MergeStep,
  { dataset, signal }: { dataset: Dataset | null; signal?: AbortSignal | undefined },
): Promise<OutputCheck> {
  const images = dataset?.split('validation');
  const compared = await compareOutputs(before, after, LARGEST, { images, inputShape, signal });
  if (typeof compared === 'string') return { difference: null, notCompared: compared };
  const { size: largest, samples, on } = compared;
  if (!Number.isFinite(largest))
    throw new UserError(
      'The outputs of the model are NaN or infinite, so they cannot be compared and nothing was written: use another checkpoint.',
    );
  if (largest > LARGEST)
    throw new UserError(
      `After merging, the outputs differ by ${(100 * largest).toPrecision(2)}% of their size, more than ${100 * LARGEST}%, because float32 is not precise enough for its numbers, so nothing was written: protect layers until they agree.`,
    );
  return { difference: { largest, relativeTo: 'size', samples, on } };
}

async function run(context: RunContext, step: MergeStep): Promise<StepResult> {
  const { prepared, listener } = context;
  await measureBefore(context);
  const { model, layers, totals } = mergeLayers(context.model, step);
  const check = await checked(context.model, model, step, { dataset: prepared.data, signal: listener.signal });
  context.model = model;
  const metrics = await measureAfter(context, 'merge');
  return { step: 'merge', layers: [...layers], totals, ...check, ...afterStep(metrics, prepared.data?.reported) };
}

function plan({ session: { checkpoint }, data, signal }: PlanContext, step: MergeStep): Promise<Outlook> {
  const merged = mergeLayers(checkpoint, step);
  const { model, parts } = merged;
  const counts = reshapedCounts(checkpoint, merged, step.inputShape);
  const apply = async () => {
    const fitted = await data.fitted();
    const check = await checked(checkpoint, model, step, {
      dataset: typeof fitted === 'string' ? null : fitted,
      signal,
    });
    return { model, counts, parts, removal: check };
  };
  return Promise.resolve({ kind: 'layers', counts, apply });
}

export const merge: StepKind<MergeStep> = {
  validate: { dryRun: (model, step) => mergeLayers(model, step).model },
  plan,
  run,
};
