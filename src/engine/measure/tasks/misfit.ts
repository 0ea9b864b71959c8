import { plural } from '../../../protocol/format';
import { sizeText, type Subject } from './subject';
import { NoTask } from './task';

/** Says why an output and targets do not fit each other. */
export function misfit({ shape, targets, input }: Subject): NoTask {
  const { classNames, numbers, noClasses } = targets;
  if (noClasses !== undefined && shape.length === 1 && shape[0]! > 1) return new NoTask(noClasses);
  const [units] = shape;
  if (shape.length === 1 && units !== undefined && classNames) {
    if (units === 1)
      return new NoTask(
        `The model answers with one number, as for two classes or regression, but the dataset has ${plural(classNames.length, 'class', 'classes')} (${shortList(classNames)}): choose the data it was trained on.`,
      );
    return new NoTask(
      `The model tells ${units} classes apart but the dataset has ${classNames.length}: choose the data it was trained on${
        units > classNames.length ? `, or name all ${units} classes as "classNames" of a recipe's data` : ''
      }.`,
    );
  }
  const has = classNames
    ? `one of ${plural(classNames.length, 'class', 'classes')} for each example`
    : numbers
      ? `targets of ${sizeText(numbers.shape)} for each example`
      : 'no targets';
  return new NoTask(
    `The model's output of ${sizeText(shape)} for an input of ${sizeText(input)} does not fit the data, which has ${has}: choose the data it was trained on.`,
  );
}

const shortList = (names: readonly string[]): string =>
  names.length > 12 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');
