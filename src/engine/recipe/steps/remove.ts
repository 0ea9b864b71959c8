import { UserError } from '../../../protocol/errors';
import { needsData, type StepResult } from '../../../protocol/steps';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { RemoveStep } from '../../../protocol/steps/remove';
import { removedCounts } from '../../compress/counts';
import { planRemove } from '../../compress/remove/plan';
import { checkPlan, dryRunRemove, removeByStep, scoresFor } from '../../compress/remove/remove';
import type { GroupScores } from '../../compress/remove/scores/score';
import { dataKey, type Dataset } from '../../dataset/open-data';
import { weightSwapOf } from '../../model/weight-swap';
import { pauseUnless } from '../../pause';
import { asStored } from '../as-stored';
import { measureAfter, measureBefore } from '../compressed';
import type { AppliedStep, Outlook, PlanContext } from '../planning/outlook';
import { progressTo } from '../types';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

/** Removes channels once the outputs equal those of the masked model, and measures the model before and after. */
async function run(context: RunContext, step: RemoveStep): Promise<StepResult> {
  const { prepared, listener } = context;
  await measureBefore(context);
  const { model, layers, totals, outcome, difference, notCompared } = await removeByStep(context.model, step, {
    seed: prepared.recipe.seed,
    dataset: prepared.data,
    signal: listener.signal,
    onProgress: progressTo(listener),
  });
  context.model = asStored(model);
  const metrics = await measureAfter(context, 'remove');
  return {
    step: 'remove',
    layers: [...layers],
    totals,
    ...outcome,
    difference,
    ...(notCompared === undefined ? {} : { notCompared }),
    ...afterStep(metrics, prepared.data?.reported),
  };
}

/** Channels are removed from a copy; its outputs are checked against the masked model before it is measured. */
async function plan(context: PlanContext, step: RemoveStep): Promise<Outlook> {
  const { session, data, ...listener } = context;
  const { checkpoint } = session;
  const scored = needsData(step) ? await data.needed(`The score ${step.score}`) : null;
  const planned = planRemove(checkpoint, step, await scoredOnce(context, step, scored));
  const counts = removedCounts(checkpoint, planned, step.inputShape);
  const apply = async (): Promise<AppliedStep> => {
    const images = await data.fitted();
    const dataset = typeof images === 'string' ? null : images;
    const check = await checkPlan(planned, step, { dataset, signal: listener.signal });
    return { model: asStored(planned.model), counts, removal: { ...planned.outcome, ...check } };
  };
  return { kind: 'channels', counts, apply };
}

/**
 * Scores the channels on training examples once for all amounts. It holds the model by itself, so that a cancelled plan does not
 * cancel another.
 */
async function scoredOnce(
  { session, seed, signal, onProgress }: PlanContext,
  step: RemoveStep,
  dataset: Dataset | null,
): Promise<GroupScores> {
  const { checkpoint } = session;
  const options = { seed, dataset, signal, onProgress };
  if (!dataset) return scoresFor(checkpoint, step, options);
  const swap = await weightSwapOf(session);
  return swap.exclusively(async () => {
    await pauseUnless(signal);
    const key = `channels:${step.score}:${step.samples}:${seed}:${dataKey(dataset)}`;
    return session.memo(key, () => scoresFor(checkpoint, step, options));
  });
}

export const remove: StepKind<RemoveStep> = {
  validate: {
    recipe: ({ amount, layers = {} }, where) => {
      if (amount && 'zeros' in amount && Object.keys(layers).length > 0)
        throw new UserError(`${where} removes what is all zero, so it needs no shares for "layers": leave them out.`);
      if (amount === undefined && Object.keys(layers).length === 0)
        throw new UserError(`${where} does not say how much to remove: give it an "amount", or shares for "layers".`);
    },
    dryRun: (model, step) => dryRunRemove(model, step).model,
  },
  plan,
  // A gradient takes the time of two more passes.
  passes: (step) => (needsData(step) ? 3 * step.samples : 0),
  run,
};
