import type { PruneStep } from '../../../protocol/steps/prune';
import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/run';
import type { ModelContent } from '../../checkpoint/types';
import { applyPrune } from '../../compress/prune/apply';
import { calibrate } from '../../compress/prune/calibrate';
import { planPrune, type PrunePlan } from '../../compress/prune/plan';
import { needsData } from '../../compress/prune/scores';
import type { Statistics } from '../../compress/prune/scores/score';
import { measureAfter, measureBefore } from '../compressed';
import { progressTo } from '../types';
import type { Work } from '../work';
import type { StepKind } from './kind';

/** Prunes the model, and measures it before the first pruning and after each. */
async function perform(work: Work, step: PruneStep): Promise<StepResult> {
  await measureBefore(work);
  const statistics = await calibrated(work, step);
  const plan = planPrune(work.model, step, work.prepared.recipe.seed, statistics);
  work.model = pruned(work.model, plan);
  const accuracy = await measureAfter(work, 'prune');
  return { step: 'prune', layers: [...plan.layers], accuracy };
}

/** What the score must know of the training images. */
function calibrated({ prepared, listener, model }: Work, step: PruneStep): Promise<Statistics | undefined> {
  if (!needsData(step.score)) return Promise.resolve(undefined);
  const { data, recipe } = prepared;
  if (!data) throw new Error('a prune step that needs data was let through without');
  const options = { seed: recipe.seed, signal: listener.signal, onProgress: progressTo(listener) };
  return calibrate(model, step, data, options);
}

const pruned = (model: ModelContent, plan: PrunePlan): ModelContent => ({
  ...model,
  tensors: applyPrune(model, plan).tensors,
});

export const prune: StepKind<PruneStep> = {
  runsModel: ({ score }) => needsData(score),
  check: ({ amount, layers = {}, granularity = '' }, where) => {
    if (!granularity.includes(':') && amount === undefined && Object.keys(layers).length === 0)
      throw new UserError(`${where} does not say how much to prune: give it an "amount", or amounts for "layers".`);
  },
  // Which weights a score that needs data would cut is not known yet; whether layers and amounts fit does not depend on it.
  rehearse: (model, step) =>
    pruned(model, planPrune(model, needsData(step.score) ? { ...step, score: 'magnitude' } : step)),
  perform,
};
