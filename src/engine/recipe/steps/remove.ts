import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/run';
import type { RemoveStep } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import { channelGroups } from '../../compress/remove/channels';
import { checkDifference } from '../../compress/remove/difference';
import { maskChannels } from '../../compress/remove/mask';
import { planRemove } from '../../compress/remove/plan';
import { channelScores, scoreNeedsData } from '../../compress/remove/scores';
import { magnitude } from '../../compress/remove/scores/magnitude';
import { measureAfter, measureBefore } from '../compressed';
import type { Work } from '../work';
import type { StepKind } from './kind';

/** Removes channels, after comparing the outputs with those of the masked model, and measures the model before and after. */
async function perform(work: Work, step: RemoveStep): Promise<StepResult> {
  const { prepared, listener } = work;
  await measureBefore(work);
  const { model } = work;
  const groups = channelGroups(model);
  const scores = await channelScores[step.score]({ model, groups, seed: prepared.recipe.seed });
  const plan = planRemove(model, step, scores);
  const difference = await checkDifference(
    maskChannels(model, groups, plan.removed),
    plan.model,
    prepared.data?.split('validation'),
    listener.signal,
  );
  work.model = plan.model;
  const accuracy = await measureAfter(work, 'remove');
  return { step: 'remove', layers: [...plan.layers], totals: plan.totals, difference, accuracy };
}

/** Tries a step with the score that costs least: names and amounts that do not fit fail with any. */
function rehearse(model: ModelContent, step: RemoveStep): ModelContent {
  const groups = channelGroups(model);
  return planRemove(model, step, magnitude({ model, groups, seed: 0 })).model;
}

export const remove: StepKind<RemoveStep> = {
  runsModel: ({ score }) => scoreNeedsData(score),
  check: ({ amount, layers = {} }, where) => {
    if (amount === undefined && Object.keys(layers).length === 0)
      throw new UserError(`${where} does not say how much to remove: give it an "amount", or shares for "layers".`);
  },
  rehearse,
  perform,
};
