import { needsImages, type PruneStep } from '../../../protocol/steps/prune';
import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import { afterStep } from '../../../protocol/steps/measured-after';
import { storageNotes } from '../../checkpoint/storage-notes';
import { prunedTensors } from '../../compress/prune/apply';
import { calibrate } from '../../compress/prune/calibrate';
import { prunedCounts } from '../../compress/counts';
import { applyAndReconstruct as carriedOut } from '../../compress/prune/apply-and-reconstruct';
import { planPrune, putInOrder } from '../../compress/prune/plan';
import { readAhead } from '../../compress/prune/read-ahead';
import { reconstructs } from '../../compress/prune/scores';
import type { Statistics } from '../../compress/prune/scores/score';
import { dataKey, type Dataset } from '../../dataset/open-data';
import { figuresOf } from '../../measure/inspect';
import { weightSwapOf } from '../../model/weight-swap';
import { pauseUnless } from '../../pause';
import { asStored } from '../as-stored';
import { measureAfter, measureBefore } from '../compressed';
import { counted } from '../outcome';
import type { AppliedStep, Outlook, PlanContext } from '../planning/outlook';
import { progressTo } from '../types';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

/** Prunes the model; measures it before the first pruning and after each. */
async function run(context: RunContext, step: PruneStep): Promise<StepResult> {
  await measureBefore(context);
  const { prepared, listener, model } = context;
  const { data, recipe } = prepared;
  const options = { seed: recipe.seed, signal: listener.signal, onProgress: progressTo(listener) };
  const statistics = data ? await calibrate(model, step, data, options) : undefined;
  await readAhead(model, step, recipe.seed, options);
  const planned = planPrune(model, step, recipe.seed, statistics);
  const { tensors, layers } = await carriedOut(model, step, planned, data, options);
  context.model = asStored({ ...model, tensors });
  for (const text of storageNotes(model, { ...model, tensors })) listener.report({ kind: 'message', text });
  const metrics = await measureAfter(context, 'prune');
  return {
    step: 'prune',
    layers: counted(layers, context.model),
    ...afterStep(metrics, context.prepared.data?.reported),
  };
}

async function plan(context: PlanContext, step: PruneStep): Promise<Outlook> {
  const { session, seed, signal, onProgress } = context;
  const { checkpoint } = session;
  const data = needsImages(step.score) ? await context.data.needed(`The score ${step.score}`) : null;
  const statistics = data ? await calibratedOnce(context, step, data) : undefined;
  if (context.moves) await putInOrder(checkpoint, step, seed, signal);
  else await readAhead(checkpoint, step, seed, { signal, onProgress });
  const planned = planPrune(checkpoint, step, seed, statistics);
  const apply = async (): Promise<AppliedStep> => {
    const done = await carriedOut(checkpoint, step, planned, data, { seed, signal, onProgress });
    const pruned = { ...checkpoint, tensors: done.tensors };
    const model = asStored(pruned);
    // A weight that is stored in fewer bits may become 0 only there.
    const told = model === pruned ? done : { layers: counted(done.layers, model), totals: figuresOf(model).totals };
    return { model, counts: prunedCounts(checkpoint, told) };
  };
  return { kind: 'zeros', counts: prunedCounts(checkpoint, planned), apply };
}

/**
 * Computes the statistics of a score on training examples, once for all amounts. It holds the model by itself, so that a
 * cancelled plan does not cancel another.
 */
async function calibratedOnce(
  { session, seed, signal, onProgress }: PlanContext,
  step: PruneStep,
  data: Dataset,
): Promise<Statistics | undefined> {
  const swap = await weightSwapOf(session);
  return swap.exclusively(async () => {
    await pauseUnless(signal);
    return session.memo(`calibration:${step.score}:${step.samples}:${seed}:${dataKey(data)}`, () =>
      calibrate(session.checkpoint, step, data, { seed, signal, onProgress }),
    );
  });
}

export const prune: StepKind<PruneStep> = {
  validate: {
    recipe: ({ amount, layers = {}, granularity = '' }, where) => {
      if (!granularity.includes(':') && amount === undefined && Object.keys(layers).length === 0)
        throw new UserError(`${where} does not say how much to prune: give it an "amount", or amounts for "layers".`);
    },
    // The weights that a score with data selects are not known yet; the check of layers and amounts does not depend on them.
    dryRun: async (model, step) => {
      const known: PruneStep = needsImages(step.score) ? { ...step, score: 'magnitude' } : step;
      await readAhead(model, known);
      const planned = planPrune(model, known);
      return { ...model, tensors: prunedTensors(model, planned) };
    },
  },
  plan,
  // A gradient takes the time of two more passes.
  passes: ({ score, samples }, { kernels }) =>
    reconstructs(score) ? samples * kernels : needsImages(score) ? 3 * samples : 0,
  run,
};
