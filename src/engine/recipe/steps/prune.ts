import { needsImages, type PruneStep } from '../../../protocol/steps/prune';
import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import { storageNotes } from '../../checkpoint/storage-notes';
import { prunedTensors } from '../../compress/prune/apply';
import { calibrate } from '../../compress/prune/calibrate';
import { carryOut } from '../../compress/prune/carry-out';
import { planPrune } from '../../compress/prune/plan';
import { asStored } from '../as-stored';
import { measureAfter, measureBefore } from '../compressed';
import { counted } from '../outcome';
import { progressTo } from '../types';
import type { Work } from '../work';
import type { StepKind } from './kind';

/** Prunes the model, and measures it before the first pruning and after each. */
async function perform(work: Work, step: PruneStep): Promise<StepResult> {
  await measureBefore(work);
  const { prepared, listener, model } = work;
  const { data, recipe } = prepared;
  const options = { seed: recipe.seed, signal: listener.signal, onProgress: progressTo(listener) };
  const statistics = data ? await calibrate(model, step, data, options) : undefined;
  const plan = planPrune(model, step, recipe.seed, statistics);
  const { tensors, layers } = await carryOut(model, step, plan, data, options);
  work.model = asStored({ ...model, tensors });
  for (const text of storageNotes(model, { ...model, tensors })) listener.report({ kind: 'message', text });
  const accuracy = await measureAfter(work, 'prune');
  return { step: 'prune', layers: counted(layers, work.model), accuracy };
}

export const prune: StepKind<PruneStep> = {
  check: ({ amount, layers = {}, granularity = '' }, where) => {
    if (!granularity.includes(':') && amount === undefined && Object.keys(layers).length === 0)
      throw new UserError(`${where} does not say how much to prune: give it an "amount", or amounts for "layers".`);
  },
  // Which weights a score that needs data would cut is not known yet; whether layers and amounts fit does not depend on it.
  rehearse: (model, step) => {
    const plan = planPrune(model, needsImages(step.score) ? { ...step, score: 'magnitude' } : step);
    return { ...model, tensors: prunedTensors(model, plan) };
  },
  perform,
};
