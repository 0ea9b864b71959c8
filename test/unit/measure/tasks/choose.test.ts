import { describe, expect, it } from 'vitest';
import type { NumberFacts } from '../../../../src/engine/dataset/targets';
import { chooseTask } from '../../../../src/engine/measure/tasks/choose';
import type { Subject } from '../../../../src/engine/measure/tasks/subject';
import { NoTask } from '../../../../src/engine/measure/tasks/task';
import { plainLoss } from '../../../../src/engine/model/trained-for';
import type { LossName, TaskName } from '../../../../src/protocol/task';
import { englishIn, inChinese } from '../../l10n/chinese';

const facts = (shape: number[], least: number, most: number, more: Partial<NumberFacts> = {}): NumberFacts => ({
  ...{ shape, least, most, whole: false, oneHot: false, pixels: false },
  ...more,
});
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
const whole = { whole: true };

interface Case {
  readonly output?: string;
  readonly shape: number[];
  readonly activation?: string;
  readonly input?: number[];
  readonly classes?: number;
  readonly numbers?: NumberFacts;
  readonly loss?: LossName;
  readonly said?: { task?: TaskName; loss?: LossName };
}

const subject = ({
  output,
  shape,
  activation,
  input = [28, 28, 1],
  classes,
  numbers,
  loss,
  said = {},
}: Case): Subject => ({
  ...{ output, shape, activation, input, normalization: { mean: 0.5, std: 0.5 } },
  probabilities: () => activation === 'softmax',
  trained: loss && plainLoss(loss),
  targets: { classNames: classes === undefined ? undefined : names(classes), numbers, said },
});
const refusalOf = (one: Subject): string => {
  try {
    return `Nothing was refused, but answered: ${chooseTask(one).infos[0].said}`;
  } catch (error) {
    if (error instanceof NoTask) return error.message;
    throw error;
  }
};
const task = (one: Case): string => {
  const [{ name, loss }] = chooseTask(subject(one)).infos;
  return `${name}, ${loss}`;
};

const TASKS: readonly (readonly [string, Case, string])[] = [
    ['classes', { shape: [10], classes: 10 }, 'classification, categorical_crossentropy'],
    ['one sigmoid unit', { shape: [1], activation: 'sigmoid', classes: 2 }, 'classification, binary_crossentropy'],
    ['one logit that was trained so', { shape: [1], classes: 2, loss: 'binary_crossentropy' }, 'classification, binary_crossentropy'],
    ['one logit that the data says so', { shape: [1], classes: 2, said: { task: 'classification' } }, 'classification, binary_crossentropy'],
    ['one sigmoid unit, and only one of the classes', { shape: [1], activation: 'sigmoid', classes: 1, numbers: facts([], 0, 0, whole) }, 'classification, binary_crossentropy'],
    ['0 and 1 as numbers', { shape: [1], activation: 'sigmoid', numbers: facts([], 0, 1, whole) }, 'classification, binary_crossentropy'],
    ['shares trained by an error of numbers', { shape: [10], activation: 'softmax', classes: 10, loss: 'mean_squared_error' }, 'classification, mean_squared_error'],
    ['sigmoids of which one is right', { shape: [3], activation: 'sigmoid', classes: 3, loss: 'binary_crossentropy' }, 'classification, binary_crossentropy'],
    ['numbers of classes with gaps', { shape: [400], numbers: facts([], 25, 346, whole) }, 'classification, categorical_crossentropy'],
    ['labels', { shape: [5], activation: 'sigmoid', numbers: facts([5], 0, 1, whole) }, 'multi-label, binary_crossentropy'],
    ['labels of logits', { shape: [5], numbers: facts([5], 0, 1, whole), loss: 'binary_crossentropy' }, 'multi-label, binary_crossentropy'],
    ['a number', { shape: [1], numbers: facts([], -3, 7.5) }, 'regression, mean_squared_error'],
    ['a number that is also a class', { shape: [1], classes: 5, numbers: facts([], 0, 4, whole) }, 'regression, mean_squared_error'],
    ['several numbers', { shape: [4], numbers: facts([4], -1, 1), loss: 'huber' }, 'regression, huber'],
    ['a number from 0 to 1', { shape: [1], activation: 'sigmoid', numbers: facts([], 0, 0.9) }, 'regression, mean_squared_error'],
    ['two classes trained as numbers', { shape: [1], classes: 2, numbers: facts([], 0, 1, whole), loss: 'mean_absolute_error' }, 'regression, mean_absolute_error'],
    ['a series of numbers', { shape: [6, 2], input: [6, 3], numbers: facts([6, 2], -2, 2) }, 'regression, mean_squared_error'],
    ['the input, without targets', { shape: [784], activation: 'sigmoid' }, 'reconstruction, mean_squared_error'],
    ['the input, beside classes', { shape: [28, 28, 1], classes: 10, loss: 'binary_crossentropy' }, 'reconstruction, binary_crossentropy'],
    ['the input by an error of numbers', { shape: [784], classes: 10, loss: 'mean_absolute_error' }, 'reconstruction, mean_absolute_error'],
    ['another image', { shape: [28, 28, 3], numbers: facts([28, 28, 3], 0, 255, { ...whole, pixels: true }) }, 'reconstruction, mean_squared_error'],
    ['a class for each step', { shape: [6, 4], input: [6], numbers: facts([6], 0, 3, whole) }, 'step-classification, categorical_crossentropy'],
    ['one-hot classes for each step', { shape: [6, 4], input: [6], numbers: facts([6, 4], 0, 1, { ...whole, oneHot: true }) }, 'step-classification, categorical_crossentropy'],
    ['a class for each pixel', { shape: [8, 8, 3], numbers: facts([8, 8], 0, 2, { ...whole, pixels: true }) }, 'pixel-classification, categorical_crossentropy'],
    ['a class for each pixel with an axis of its own', { shape: [8, 8, 3], numbers: facts([8, 8, 1], 0, 2, whole), loss: 'categorical_crossentropy' }, 'pixel-classification, categorical_crossentropy'],
    ['a mask', { shape: [8, 8, 1], activation: 'sigmoid', numbers: facts([8, 8, 1], 0, 1, whole) }, 'pixel-classification, binary_crossentropy'],
    ['a loss that the data names', { shape: [1], numbers: facts([], 0, 9), said: { loss: 'log_cosh' } }, 'regression, log_cosh'],
    ['a task that the data names, with its own loss', { shape: [3], classes: 3, loss: 'categorical_crossentropy', said: { task: 'multi-label' } }, 'multi-label, binary_crossentropy'],
]; // prettier-ignore

describe('the task', () => {
  it.each(TASKS)('%s', (_, one, expected) => {
    expect(task(one)).toBe(expected);
  });

  it('is said in Chinese in a Chinese editor, with its reason and its loss', () => {
    const said = TASKS.flatMap(([, one]) => [one, { ...one, output: 'age' }]).map(
      (one) => chooseTask(subject(one)).infos[0].said,
    );
    expect(said.flatMap((text) => englishIn(inChinese(text)))).toEqual([]);
    expect(
      inChinese('Task of age: classification into 10 classes, because of its output and the targets; loss huber.'),
    ).toBe('age 的任务：分类（10 个类别），依据其输出和目标值；损失为 huber。');
  });
});

const REFUSED: readonly (readonly [string, Case, RegExp])[] = [
    ['other classes', { shape: [5], classes: 3 }, /tells 5 classes apart but the dataset has 3: .*name all 5 classes as "classNames"/],
    ['one number for many classes', { shape: [1], classes: 10 }, /answers with one number, .* but the dataset has 10 classes \(0, 1, 2/],
    ['one sigmoid for many classes', { shape: [1], activation: 'sigmoid', classes: 10, numbers: facts([], 0, 9, whole) }, /answers with one number, .* has 10 classes/],
    ['one number of two classes', { shape: [1], classes: 2, numbers: facts([], 0, 1, whole) }, /nothing tells whether that is a number or the logit.*"task": "classification" or "regression"/],
    ['more numbers than answers', { shape: [2], numbers: facts([3], -1, 1) }, /output of 2 for an input of 28x28x1 .* targets of 3 for each example/],
    ['numbers beyond a sigmoid', { shape: [1], activation: 'sigmoid', numbers: facts([], 25, 346.5) }, /lie from 0 to 1 \(sigmoid\), but the targets from 25 to 346.5/],
    ['labels that are no labels', { shape: [2], numbers: facts([2], 0, 3, whole), said: { task: 'multi-label' } }, /must be 0 or 1, but the data has numbers from 0 to 3/],
    ['labels as shares of one whole', { shape: [2], activation: 'softmax', numbers: facts([2], 0, 1, whole), said: { task: 'multi-label' } }, /shares of one whole \(softmax\)/],
    ['too many classes for a step', { shape: [6, 4], input: [6], numbers: facts([6], 0, 7, whole) }, /numbers from 0 to 7, but the model tells 4 classes apart/],
    ['no targets', { shape: [10] }, /which has no targets/],
    ['a loss of classes for one number', { shape: [1], classes: 2, loss: 'categorical_crossentropy' }, /answers with one number, but the loss categorical_crossentropy needs one for each class/],
    ['regression of names', { shape: [1], classes: 2, loss: 'mean_squared_error' }, /answers with one number/],
]; // prettier-ignore

describe('what cannot be right is refused in a sentence', () => {
  it.each(REFUSED)('%s', (_, one, sentence) => {
    expect(() => chooseTask(subject(one))).toThrow(NoTask);
    expect(() => chooseTask(subject(one))).toThrow(sentence);
  });

  it.each(REFUSED)('%s, in Chinese', (_, one) => {
    expect(englishIn(inChinese(refusalOf(subject(one))))).toEqual([]);
  });

  it('and so is a loss that is not known', () => {
    const unknown = { ...subject({ shape: [10], classes: 10 }), trained: { unknown: 'yolo_loss' } };
    expect(() => chooseTask(unknown)).toThrow(
      /trained with the loss "yolo_loss", which Secateur does not compute: name one/,
    );
  });
});

it('a network that reproduces its input in a range tells how the input enters', () => {
  expect(chooseTask(subject({ shape: [784], activation: 'sigmoid' })).implied).toEqual({ mean: 0, std: 1 });
  expect(chooseTask(subject({ shape: [784], activation: 'tanh' })).implied).toEqual({ mean: 0.5, std: 0.5 });
  expect(chooseTask(subject({ shape: [784] })).implied).toBeUndefined();
  const batch = { count: 1, values: new Float32Array(784).fill(-1), labels: new Int32Array(0), numbers: new Float32Array(0), named: new Map(), members: Uint32Array.of(0) }; // prettier-ignore
  expect(chooseTask(subject({ shape: [784], activation: 'sigmoid' })).targetsOf(batch)[0]).toBe(0);
  expect(chooseTask(subject({ shape: [784] })).targetsOf(batch)[0]).toBe(-1);
});
