import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import type { RemoveStep } from '../../../protocol/steps/remove';
import { rehearseRemove, removeByStep } from '../../compress/remove/remove';
import { asStored } from '../as-stored';
import { measureAfter, measureBefore } from '../compressed';
import { progressTo } from '../types';
import type { Work } from '../work';
import type { StepKind } from './kind';

/** Removes channels, once the outputs are known to be those of the masked model, and measures the model before and after. */
async function perform(work: Work, step: RemoveStep): Promise<StepResult> {
  const { prepared, listener } = work;
  await measureBefore(work);
  const { model, layers, totals, outcome, difference, notCompared } = await removeByStep(work.model, step, {
    seed: prepared.recipe.seed,
    dataset: prepared.data,
    signal: listener.signal,
    onProgress: progressTo(listener),
  });
  work.model = asStored(model);
  const accuracy = await measureAfter(work, 'remove');
  return {
    step: 'remove',
    layers: [...layers],
    totals,
    ...outcome,
    difference,
    ...(notCompared === undefined ? {} : { notCompared }),
    accuracy,
  };
}

export const remove: StepKind<RemoveStep> = {
  check: ({ amount, layers = {} }, where) => {
    if (amount && 'zeros' in amount && Object.keys(layers).length > 0)
      throw new UserError(`${where} removes what is all zero, so it needs no shares for "layers": leave them out.`);
    if (amount === undefined && Object.keys(layers).length === 0)
      throw new UserError(`${where} does not say how much to remove: give it an "amount", or shares for "layers".`);
  },
  rehearse: (model, step) => rehearseRemove(model, step).model,
  perform,
};
