import type { LossName, TaskName } from '../../../protocol/task';
import { plainLoss } from '../../model/trained-for';
import { numbersIn } from '../../dataset/numbers-in';
import { areNumbersOf, OF_CLASSES, placesMatch, type Chosen } from './chosen';
import { classesTask } from './classes-task';
import { labelsTask } from './labels-task';
import { misfit } from './misfit';
import { reconstructionTask, regressionTask } from './numbers-task';
import { SIGMOIDS, type Subject } from './subject';
import { NoTask, type Task } from './task';

const OF_UNITS: ReadonlySet<LossName> = new Set([
  'binary_crossentropy',
  'binary_focal_crossentropy',
  'hinge',
  'squared_hinge',
]);

/**
 * Chooses the task of an output: as it was said, as the model was trained, or as output and targets tell it together.
 * @throws NoTask where it cannot be right, or nothing tells it
 */
export function chooseTask(subject: Subject): Task {
  const chosen = chosenFor(subject);
  if (subject.masked && subject.shape.length > 1)
    throw new NoTask(
      'Some steps of the output are masked, and Keras leaves them out of the loss, which Secateur cannot: the model can be inspected and pruned without data, but not evaluated or trained.',
    );
  switch (chosen.name) {
    case 'classification':
    case 'step-classification':
    case 'pixel-classification':
      return classesTask(subject, chosen);
    case 'multi-label':
      return labelsTask(subject, chosen);
    case 'regression':
      return regressionTask(subject, chosen);
    case 'reconstruction':
      return reconstructionTask(subject, chosen);
  }
}

function chosenFor(subject: Subject): Chosen {
  const { trained, targets } = subject;
  const { task, loss: saidLoss } = targets.said;
  if (trained && 'unknown' in trained && saidLoss === undefined)
    throw new NoTask(
      `The model was trained with the loss "${trained.unknown}", which Secateur does not compute: name one of its own as "loss" in a NAME.data.json, such as mean_squared_error, or remove the training configuration from the model.json.`,
    );
  const known = saidLoss !== undefined ? plainLoss(saidLoss) : trained && !('unknown' in trained) ? trained : undefined;
  if (task) {
    const loss = known && suits(known.name, task, subject) ? known : plainLoss(usualLoss(task, subject));
    return { name: task, loss, because: 'as the data says' };
  }
  if (known) {
    const name = taskOfLoss(known.name, subject);
    const because =
      saidLoss === undefined
        ? `because the model was trained with ${known.name}`
        : `because the data names the loss ${known.name}`;
    return { name, loss: known, because };
  }
  const [name, because] = taskOfShapes(subject);
  return { name, loss: plainLoss(usualLoss(name, subject)), because };
}

/** Returns the task of a loss for this output and these targets. @throws NoTask */
function taskOfLoss(loss: LossName, subject: Subject): TaskName {
  const { shape, targets, activation } = subject;
  if (OF_CLASSES.has(loss)) return placesOf(subject);
  const units = shape.at(-1) ?? 1;
  const single = shape.length === 1;
  if (OF_UNITS.has(loss)) {
    if (isReconstruction(subject)) return 'reconstruction';
    if (single && (units === 1 || targets.classNames?.length === units)) return 'classification';
    if (single) return 'multi-label';
    return units === 1 || targets.numbers?.oneHot === true ? placesOf(subject) : 'reconstruction';
  }
  // Classes can be learned with an error of numbers too, where the outputs are shares of them.
  const shares = activation === 'softmax' || (activation !== undefined && SIGMOIDS.has(activation));
  if (single && units > 1 && targets.classNames?.length === units && (shares || !targets.numbers))
    return 'classification';
  return isReconstruction(subject) || isImageToImage(subject) ? 'reconstruction' : 'regression';
}

/** Finds the task where the model does not tell how it was trained. @throws NoTask */
function taskOfShapes(subject: Subject): readonly [TaskName, string] {
  const { shape, targets, activation } = subject;
  const { classNames, numbers } = targets;
  const units = shape.at(-1) ?? 1;
  const sigmoid = activation !== undefined && SIGMOIDS.has(activation);
  const single = shape.length === 1;
  const both = 'because of its output and the targets';
  if (single && classNames) {
    if (units > 1 && units === classNames.length) return ['classification', both];
    if (units === 1 && sigmoid) {
      if (classNames.length === 2 || areNumbersOf(2, subject)) return ['classification', both];
      throw misfit(subject);
    }
    if (units === 1 && !sigmoid && numbers && classNames.length > 2 && activation !== 'softmax') return ['regression', 'because the output is one number, and so is each target']; // prettier-ignore
    if (units === 1 && !sigmoid && classNames.length === 2)
      throw new NoTask(
        'The model answers with one number without a sigmoid, and nothing tells whether that is a number or the logit of one of two classes: say it as "task": "classification" or "regression" in a NAME.data.json.',
      );
  }
  if (isReconstruction(subject)) return ['reconstruction', 'because the output has as many numbers as the input'];
  if (!numbers) throw misfit(subject);
  const isBinary = numbers.whole && numbers.least >= 0 && numbers.most <= 1;
  if (single) {
    if (units > 1 && areNumbersOf(units, subject)) return ['classification', both];
    if (numbersIn(numbers.shape) !== units) throw misfit(subject);
    if (sigmoid && isBinary) return units === 1 ? ['classification', both] : ['multi-label', both];
    if (activation === 'softmax') throw misfit(subject);
    return ['regression', 'because the targets are numbers'];
  }
  if (isImageToImage(subject)) return ['reconstruction', 'because the targets are images like the output'];
  const perPlace = !sameShape(numbers.shape, shape) || numbers.oneHot || (units === 1 && sigmoid && isBinary);
  if (perPlace && placesMatch(subject)) return [placesOf(subject), both];
  if (!sameShape(numbers.shape, shape)) throw misfit(subject);
  return ['regression', 'because the targets are numbers'];
}

/** Returns the task that chooses among classes: for the whole example, each step or each pixel. @throws NoTask */
function placesOf(subject: Subject): TaskName {
  switch (subject.shape.length) {
    case 1:
      return 'classification';
    case 2:
      return 'step-classification';
    case 3:
      return 'pixel-classification';
    default:
      throw misfit(subject);
  }
}

/** Returns true where the input is the only possible target: the output has its size, and the data has no other. */
function isReconstruction({ shape, input, targets }: Subject): boolean {
  if (numbersIn(shape) !== numbersIn(input) || numbersIn(input) < 2) return false;
  const { numbers } = targets;
  return !numbers || numbersIn(numbers.shape) !== numbersIn(shape);
}

/** Returns true for targets that are images of the output's shape. */
function isImageToImage({ shape, targets: { numbers } }: Subject): boolean {
  if (!numbers || shape.length !== 3) return false;
  const fits = sameShape(numbers.shape, shape);
  return fits && !numbers.oneHot && (numbers.pixels || !numbers.whole);
}

/** A last axis of one number may be left out. */
const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.join() === b.join() || [...a, 1].join() === b.join();

function usualLoss(task: TaskName, { shape }: Subject): LossName {
  switch (task) {
    case 'classification':
    case 'step-classification':
    case 'pixel-classification':
      return shape.at(-1) === 1 ? 'binary_crossentropy' : 'categorical_crossentropy';
    case 'multi-label':
      return 'binary_crossentropy';
    case 'regression':
    case 'reconstruction':
      return 'mean_squared_error';
  }
}

/** Returns true where a loss can be that of a task. */
function suits(loss: LossName, task: TaskName, { shape }: Subject): boolean {
  const one = shape.at(-1) === 1;
  switch (task) {
    case 'classification':
    case 'step-classification':
    case 'pixel-classification':
      return !(one && OF_CLASSES.has(loss));
    case 'multi-label':
      return !OF_CLASSES.has(loss);
    case 'regression':
      return !OF_CLASSES.has(loss) && !OF_UNITS.has(loss);
    case 'reconstruction':
      return !OF_CLASSES.has(loss) && loss !== 'hinge' && loss !== 'squared_hinge';
  }
}
