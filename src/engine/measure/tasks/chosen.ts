import type { LossName, TaskName } from '../../../protocol/task';
import type { LossConfig } from '../../model/trained-for';
import { numbersIn } from '../../dataset/numbers-in';
import type { Subject } from './subject';

/** A task, the loss, and why it is that. */
export interface Chosen {
  readonly name: TaskName;
  readonly loss: LossConfig;
  readonly because: string;
}

/** Losses of outputs of which one is right. */
export const OF_CLASSES: ReadonlySet<LossName> = new Set([
  'categorical_crossentropy',
  'categorical_focal_crossentropy',
  'kl_divergence',
  'categorical_hinge',
]);
/** Returns true where each target is one of so many classes: its number, or one-hot. */
export function areNumbersOf(classes: number, { targets: { numbers } }: Subject): boolean {
  if (!numbers?.whole || numbers.least < 0) return false;
  if (numbers.oneHot && numbers.shape.join() === String(classes)) return true;
  return numbers.most < classes && numbersIn(numbers.shape) === 1;
}

/** Returns true where the targets have a class for each place of the output: its number, or one-hot. */
export function placesMatch({ shape, targets }: Subject): boolean {
  if (!targets.numbers) return false;
  const { shape: given, whole, oneHot } = targets.numbers;
  const places = shape.slice(0, -1);
  const plain = given.join() === places.join() || given.join() === [...places, 1].join();
  return (plain && whole) || (given.join() === shape.join() && oneHot);
}

/**
 * Says the task and why it is that. Each sentence is written whole, because host and page recognize it to translate it.
 * @param task in words, with its answers
 * @param output its name, where the network has several
 */
export function saidOf({ loss, because }: Chosen, output: string | undefined, task: string): string {
  if (because.includes(loss.name))
    return output === undefined ? `Task: ${task}, ${because}.` : `Task of ${output}: ${task}, ${because}.`;
  return output === undefined
    ? `Task: ${task}, ${because}; loss ${loss.name}.`
    : `Task of ${output}: ${task}, ${because}; loss ${loss.name}.`;
}
