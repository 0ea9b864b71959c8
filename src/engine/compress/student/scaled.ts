import type { DistillStep } from '../../../protocol/steps/distill';
import type { ModelContent } from '../../checkpoint/types';
import { begunAnew } from './begin-anew';
import { droppedNodes } from './drop';
import { narrowed } from './narrow';

/**
 * Makes a student of a model: narrower, with fewer layers, and with random weights.
 * @param seed 0 or more; the same seed gives the same weights
 * @throws UserError where the model cannot be scaled so
 */
export async function scaled(
  model: ModelContent,
  { width = 1, ...layers }: Pick<DistillStep, 'width' | 'blocks' | 'fewer' | 'drop'>,
  seed: number,
): Promise<ModelContent> {
  const narrow = narrowed(model, width);
  return begunAnew(narrow, droppedNodes(narrow, layers), seed);
}
