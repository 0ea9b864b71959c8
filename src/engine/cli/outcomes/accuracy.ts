import { NO_DATASET } from '../../../protocol/dataset';
import type { RunResult } from '../../../protocol/run';
import { percent } from '../../../protocol/format';
import { visible } from '../../../protocol/visible';

/** Formats the test accuracy after each kind of step; steps that were not run are left out. */
export function accuracyLine(
  { before, afterPrune, afterFineTune }: RunResult['accuracy'],
  noAccuracy = NO_DATASET,
): string {
  const parts = [
    before === null ? '' : `${percent(before)} before`,
    afterPrune === null ? '' : `${percent(afterPrune)} after pruning`,
    afterFineTune === null ? '' : `${percent(afterFineTune)} after fine-tuning`,
  ].filter((part) => part !== '');
  if (parts.length > 0) return `test accuracy: ${parts.join(', ')}`;
  return noAccuracy === NO_DATASET
    ? `accuracy: not measured, ${NO_DATASET}`
    : `accuracy: not measured. ${visible(noAccuracy)}`;
}
