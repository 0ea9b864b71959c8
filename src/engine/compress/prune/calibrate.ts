import type { PruneStep } from '../../../protocol/steps/prune';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { readGraph } from '../../model/graph';
import { withSubject, type CalibrationOptions } from '../calibration/subject';
import { prunableTensors } from './ranking';
import { importanceScores } from './scores';
import type { Statistics } from './scores/score';

/**
 * Collects the statistics of the training images that `planPrune` needs for the score of a step.
 * They depend only on the score and the number of images, so plans with other amounts can share them.
 * @returns undefined where the score needs no data
 * @throws UserError where the model cannot run or does not fit the images, CancelledError
 */
export async function calibrate(
  content: ModelContent,
  { score, samples }: Pick<PruneStep, 'score' | 'samples'>,
  data: Dataset,
  options: Pick<CalibrationOptions, 'seed' | 'signal' | 'onProgress'>,
): Promise<Statistics | undefined> {
  const compute = importanceScores[score].calibrate;
  if (!compute) return undefined;
  const names = readGraph(content).layers.flatMap((layer) => prunableTensors(layer).map(({ name }) => name));
  const stage = `computing ${score} scores`;
  return withSubject(content, data, { ...options, samples, stage }, (subject) => compute(subject, names));
}
