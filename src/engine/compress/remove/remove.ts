import { UserError } from '../../../protocol/errors';
import type { Progress } from '../../../protocol/measure';
import { channelsNeedImages, type RemoveStep } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/dataset';
import { channelGroups } from './channels';
import { checkDifference, type OutputCheck } from './difference';
import { planRemove, type RemovePlan } from './plan';
import { channelScores } from './scores';
import type { GroupScores } from './scores/score';

export interface RemoveOptions {
  /** The recipe's. */
  readonly seed: number;
  /** Needed by scores that are computed on training images; its validation images are those on which outputs are compared. */
  readonly dataset: Dataset | null;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A plan that was carried out on a copy, whose outputs were compared with those of the masked model. */
export type Removed = RemovePlan & OutputCheck;

/**
 * Scores the channels of a model, plans a step and compares the smaller model with the masked one.
 * @throws UserError where the step does not fit, its score needs data, or the outputs differ; CancelledError
 */
export async function removeByStep(model: ModelContent, step: RemoveStep, options: RemoveOptions): Promise<Removed> {
  const { dataset, signal } = options;
  const groups = channelGroups(model);
  let scores: GroupScores = new Map();
  if (!step.amount || !('zeros' in step.amount)) {
    const score = channelScores[step.score];
    if (channelsNeedImages(step.score) && !dataset)
      throw new UserError(`The score ${step.score} needs a dataset: choose one, or another score.`);
    scores = await score.score({ model, groups, samples: step.samples, ...options });
  }
  const plan = planRemove(model, step, scores);
  const { inputShape } = step;
  const check = await checkDifference(plan.expected(), plan.model, {
    ...(dataset ? { images: dataset.split('validation') } : {}),
    ...{ inputShape, signal },
  });
  return { ...plan, ...check };
}

/** The plan of a step by the order of the channels alone: what does not fit the model with any score fails here. @throws UserError */
export function rehearseRemove(model: ModelContent, step: RemoveStep): RemovePlan {
  const groups = new Set(channelGroups(model).layers.flatMap(({ outputs }) => outputs));
  return planRemove(model, step, new Map([...groups].map((group) => [group, 1])));
}
