import { plural } from '../../../protocol/format';
import { numbersIn } from '../../dataset/numbers-in';
import { lossOf } from '../losses';
import { areNumbersOf, OF_CLASSES, placesMatch, saidOf, type Chosen } from './chosen';
import { misfit } from './misfit';
import { OfClasses } from './of-classes';
import { SIGMOIDS, type Subject } from './subject';
import { NoTask, type Task } from './task';

/** Makes the task that chooses among classes. @throws NoTask where output and targets do not fit */
export function classesTask(subject: Subject, chosen: Chosen): Task {
  const { shape, targets, activation, output } = subject;
  const units = shape.at(-1) ?? 1;
  const classes = units === 1 ? 2 : units;
  const places = numbersIn(shape.slice(0, -1));
  const rank = { classification: 1, 'step-classification': 2, 'pixel-classification': 3 }[chosen.name as 'classification']; // prettier-ignore
  if (shape.length !== rank) throw misfit(subject);
  if (rank === 1) requireClasses(subject, classes);
  else if (!placesMatch(subject)) throw misfit(subject);
  const highest = targets.numbers && !targets.numbers.oneHot ? targets.numbers.most : 0;
  if (rank > 1 && (highest >= classes || (targets.numbers?.least ?? 0) < 0))
    throw new NoTask(
      `The targets are numbers from ${targets.numbers!.least} to ${highest}, but the model tells ${classes} classes apart, 0 to ${classes - 1}: choose the data it was trained on.`,
    );
  if (units === 1 && OF_CLASSES.has(chosen.loss.name))
    throw new NoTask(
      `The model answers with one number, but the loss ${chosen.loss.name} needs one for each class: choose the data it was trained on.`,
    );
  const sigmoid = activation !== undefined && SIGMOIDS.has(activation);
  const form = sigmoid && units === 1 ? 'sigmoid' : units === 1 ? 'logits' : sigmoid ? 'sigmoid' : subject.probabilities() ? 'softmax' : 'logits'; // prettier-ignore
  const said = saidOf(chosen, output, wordsFor(rank, plural(classes, 'class', 'classes')));
  const info = { ...{ name: chosen.name, loss: chosen.loss.name, said }, ...(output === undefined ? {} : { output }) };
  return new OfClasses({ info, loss: lossOf(chosen.loss), classes, units, places, form });
}

/** The task in words, by the number of axes of its output. */
function wordsFor(rank: number, classes: string): string {
  if (rank === 1) return `classification into ${classes}`;
  return rank === 2 ? `classification of each step into ${classes}` : `classification of each pixel into ${classes}`;
}

/** @throws NoTask where the data does not have these classes */
function requireClasses(subject: Subject, classes: number): void {
  const { classNames } = subject.targets;
  // All of one class are numbers from 0 to 1 too.
  const few = classNames?.length === 1 && classes === 2 && areNumbersOf(2, subject);
  if (classNames && !few ? classNames.length !== classes : !areNumbersOf(classes, subject)) throw misfit(subject);
}
