import { UserError } from '../../../protocol/errors';
import { needsDataset } from '../../../protocol/dataset';
import type { Progress } from '../../../protocol/measure';
import { channelsNeedImages, type RemoveStep } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { channelGroups } from './channels';
import type { OutputCheck } from '../difference/compare-outputs';
import { checkDifference } from './difference';
import { planRemove, type RemovePlan } from './plan';
import { channelScores } from './scores';
import type { GroupScores } from './scores/score';

export interface RemoveOptions {
  /** The recipe's. */
  readonly seed: number;
  /** Its training images are for scores that need data; its validation images are for the comparison of outputs. */
  readonly dataset: Dataset | null;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A copy after a plan was applied, with the comparison of its outputs with those of the masked model. */
export type Removed = RemovePlan & OutputCheck;

/**
 * Scores the channels of a model and plans a step.
 * @throws UserError where the step does not fit or its score needs data, CancelledError
 */
export async function planByStep(model: ModelContent, step: RemoveStep, options: RemoveOptions): Promise<RemovePlan> {
  return planRemove(model, step, await scoresFor(model, step, options));
}

/** Scores the channels of a model for a step. @throws UserError where the score needs data, CancelledError */
export async function scoresFor(model: ModelContent, step: RemoveStep, options: RemoveOptions): Promise<GroupScores> {
  if (step.amount && 'zeros' in step.amount) return new Map();
  if (channelsNeedImages(step.score) && !options.dataset) throw new UserError(needsDataset(`The score ${step.score}`));
  return channelScores[step.score].score({
    model,
    groups: channelGroups(model),
    samples: step.samples,
    ...options,
  });
}

/**
 * Compares the smaller model of a plan with the masked one.
 * @throws UserError where the outputs differ, CancelledError
 */
export const checkPlan = (
  plan: RemovePlan,
  { inputShape }: RemoveStep,
  { dataset, signal }: Pick<RemoveOptions, 'dataset' | 'signal'>,
): Promise<OutputCheck> =>
  checkDifference(plan.expected(), plan.model, {
    ...(dataset ? { images: dataset.split('validation') } : {}),
    ...{ inputShape, signal },
  });

/** Plans a step and compares the smaller model with the masked one. @throws UserError, CancelledError */
export async function removeByStep(model: ModelContent, step: RemoveStep, options: RemoveOptions): Promise<Removed> {
  const plan = await planByStep(model, step, options);
  return { ...plan, ...(await checkPlan(plan, step, options)) };
}

/**
 * Plans a step by the order of the channels alone: it fails for steps that fit the model with no score. @throws
 * UserError
 */
export function dryRunRemove(model: ModelContent, step: RemoveStep): RemovePlan {
  const groups = new Set(channelGroups(model).layers.flatMap(({ outputs }) => outputs));
  return planRemove(model, step, new Map([...groups].map((group) => [group, 1])));
}
