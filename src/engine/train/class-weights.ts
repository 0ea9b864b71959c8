import { plural } from '../../protocol/format';
import { UserError } from '../../protocol/errors';
import type { ClassWeights } from '../../protocol/steps/class-weights';
import type { Examples } from '../dataset/examples';
import type { TaskedNetwork } from '../measure/tasked-network';

/** Examples whose targets are read at a time. */
const AT_ONCE = 1000;

/**
 * Gives the loss of a network a weight for each class.
 * @param examples those of the training, whose classes are counted for `balanced`
 * @throws UserError where the task does not choose one class for each place, or has another number of classes
 */
export function withClassWeights(tasked: TaskedNetwork, examples: Examples, given: ClassWeights): TaskedNetwork {
  const { weighable } = tasked.task;
  if (!weighable)
    throw new UserError(
      'Class weights are for networks with one output that chooses one of several classes: leave "classWeights" out.',
    );
  const { classes } = weighable;
  if (given !== 'balanced' && given.length !== classes)
    throw new UserError(
      `The option "classWeights" has ${plural(given.length, 'number')}, but the model tells ${classes} classes apart: give one for each class, in their order.`,
    );
  const weights = given === 'balanced' ? balanced(tasked, examples, classes) : given;
  return { ...tasked, task: weighable.weighted(weights) };
}

/** Returns N / (K n) for each class that n of N have, of K; 1 for a class that none has. */
function balanced(tasked: TaskedNetwork, examples: Examples, classes: number): number[] {
  const counts = new Float64Array(classes);
  const alone = examples.targetsAlone;
  let all = 0;
  for (let from = 0; from < alone.length; from += AT_ONCE) {
    const targets = tasked.targetsOf(alone.batch(from, AT_ONCE));
    for (const target of targets) counts[target]!++;
    all += targets.length;
  }
  return Array.from(counts, (count) => (count === 0 ? 1 : all / (classes * count)));
}
