import { NO_DATASET } from '../../../protocol/dataset';
import { mainMetric, mainText } from '../../../protocol/metric';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';

/**
 * Formats the main metric on the test split after each kind of step; steps that were not run are left out.
 * @param compressing names the step that compresses
 */
export function metricLine(
  { metrics, noAccuracy = NO_DATASET, steps }: Pick<RunResult, 'metrics' | 'noAccuracy' | 'steps'>,
  compressing = 'pruning',
): string {
  const { before, afterPrune, afterFineTune, split = 'test' } = metrics;
  const trained =
    steps.findLast(({ step }) => step === 'finetune' || step === 'distill')?.step === 'distill'
      ? 'distilling'
      : 'fine-tuning';
  const known = before ?? afterPrune ?? afterFineTune;
  const parts = [
    before === null ? '' : `${mainText(before)} before`,
    afterPrune === null ? '' : `${mainText(afterPrune)} after ${compressing}`,
    afterFineTune === null ? '' : `${mainText(afterFineTune)} after ${trained}`,
  ].filter((part) => part !== '');
  if (known) return `${split} ${mainMetric(known).words}: ${parts.join(', ')}`;
  return noAccuracy === NO_DATASET
    ? `accuracy: not measured, ${NO_DATASET}`
    : `accuracy: not measured. ${visible(noAccuracy)}`;
}
