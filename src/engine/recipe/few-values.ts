import { plural } from '../../protocol/format';
import type { FinetuneStep } from '../../protocol/steps/finetune';
import type { TrainStep } from '../../protocol/steps/train';
import type { ModelContent } from '../checkpoint/types';
import type { Constraints } from '../train/constraints/constraint';
import { constraintWords, recognized } from '../train/constraints/recognize';
import type { Listener } from './types';

/** Most tensors that a message names. */
const NAMED = 4;

/** Returns true where a step keeps weights on their few values. */
export const keepsValues = (step: TrainStep | FinetuneStep): boolean =>
  step.step === 'finetune' && step.values !== 'free';

/** Finds the constraints that a training step keeps, and says so. */
export function constraintsFor(
  model: ModelContent,
  step: TrainStep | FinetuneStep,
  listener: Pick<Listener, 'report'>,
): Constraints {
  // The first weights of a train step are random.
  const found = step.step === 'finetune' ? recognized(model) : [];
  if (found.length === 0) return new Map();
  const named = found
    .slice(0, NAMED)
    .map(({ name, constraint }) => `${name} (${constraintWords(constraint)})`)
    .join(', ');
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
  const keeps = keepsValues(step);
  listener.report({
    kind: 'message',
    text: `The weights of ${plural(found.length, 'tensor')} have few values, ${keeps ? 'which training keeps' : 'which training leaves, as the step says'}: ${named}${more}.`,
  });
  return new Map(keeps ? found.map(({ name, constraint }) => [name, constraint]) : []);
}
