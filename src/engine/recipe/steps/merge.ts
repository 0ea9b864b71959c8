import { UserError } from '../../../protocol/errors';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { MergeStep } from '../../../protocol/steps/merge';
import type { StepResult } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import { reshapedCounts } from '../../compress/counts';
import { compareOutputs, type OutputCheck } from '../../compress/difference/compare-outputs';
import { mergeLayers, notMerged, type Merged } from '../../compress/merge/merge';
import type { Dataset } from '../../dataset/open-data';
import { measureAfter, measureBefore } from '../compressed';
import type { AppliedStep, Outlook, PlanContext } from '../planning/outlook';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

/** Limit of the largest difference between outputs before and after, as a share of their size. */
const LARGEST = 1e-4;

/** A merged model, compared with the one before; that one where it cannot be merged and the step goes on. */
interface Compared {
  readonly merged: Merged;
  readonly check: OutputCheck & { readonly shortfall?: string };
}

/** Compares a merged model with the one before. @throws UserError where their outputs are not equal, CancelledError */
async function compared(
  before: ModelContent,
  merged: Merged,
  step: MergeStep,
  { dataset, signal }: { dataset: Dataset | null; signal?: AbortSignal | undefined },
): Promise<Compared> {
  if (merged.nothing !== undefined) return unmerged(merged, merged.nothing);
  const images = dataset?.split('validation');
  const { inputShape } = step;
  const outputs = await compareOutputs(before, merged.model, LARGEST, { images, inputShape, signal });
  if (typeof outputs === 'string') return { merged, check: { difference: null, notCompared: outputs } };
  const { size: largest, samples, on } = outputs;
  if (!Number.isFinite(largest))
    throw new UserError(
      'The outputs of the model are NaN or infinite, so they cannot be compared and nothing was written: use another checkpoint.',
    );
  if (largest > LARGEST) {
    const differs = `After merging, the outputs differ by ${(100 * largest).toPrecision(2)}% of their size, more than ${100 * LARGEST}%, because float32 is not precise enough for its numbers, so`;
    if (step.ifNothing !== 'go-on')
      throw new UserError(`${differs} nothing was written: protect layers until they agree.`);
    const stays = `${differs} the model stays as it is.`;
    return unmerged(notMerged(before, step, stays), stays);
  }
  return { merged, check: { difference: { largest, relativeTo: 'size', samples, on } } };
}

const unmerged = (merged: Merged, shortfall: string): Compared => ({
  merged,
  check: { difference: null, notCompared: 'nothing was merged', shortfall },
});

async function run(context: RunContext, step: MergeStep): Promise<StepResult> {
  const { prepared, listener } = context;
  await measureBefore(context);
  const { merged, check } = await compared(context.model, mergeLayers(context.model, step), step, {
    dataset: prepared.data,
    signal: listener.signal,
  });
  const { model, layers, totals } = merged;
  context.model = model;
  const metrics = await measureAfter(context, 'merge');
  return { step: 'merge', layers: [...layers], totals, ...check, ...afterStep(metrics, prepared.data?.reported) };
}

function plan({ session: { checkpoint }, data, signal }: PlanContext, step: MergeStep): Promise<Outlook> {
  const planned = mergeLayers(checkpoint, step);
  const countsOf = (merged: Merged) => reshapedCounts(checkpoint, merged, step.inputShape);
  const apply = async (): Promise<AppliedStep> => {
    const fitted = await data.fitted();
    const dataset = typeof fitted === 'string' ? null : fitted;
    const { merged, check } = await compared(checkpoint, planned, step, { dataset, signal });
    return { model: merged.model, counts: countsOf(merged), parts: merged.parts, removal: check };
  };
  return Promise.resolve({ kind: 'layers', counts: countsOf(planned), apply });
}

export const merge: StepKind<MergeStep> = {
  validate: { dryRun: (model, step) => mergeLayers(model, step).model },
  plan,
  run,
};
