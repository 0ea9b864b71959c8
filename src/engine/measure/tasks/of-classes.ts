import { UserError } from '../../../protocol/errors';
import { measured, type MetricValue, type MetricValues } from '../../../protocol/metric';
import type { TaskInfo } from '../../../protocol/task';
import type { Batch } from '../../dataset/examples';
import { tf } from '../../tf';
import type { Loss } from '../losses';
import { areaUnderCurve } from './auc';
import { Confusion, type LossOfRow } from './confusion';
import { logitsOfClasses, logitsOfUnits, sigmoidOf } from './scores';
import type { Hear, Meter, SoftTargets, Task } from './task';

/** A task that chooses one of several classes for each example, or for each place in it. */
export interface ClassesOptions {
  readonly info: TaskInfo;
  readonly loss: Loss;
  /** Number of classes, 2 or more, and of the units that tell them apart: as many, or one for two classes. */
  readonly classes: number;
  readonly units: number;
  /** Number of places with a class of their own in an example. */
  readonly places: number;
  /** Form of the outputs: logits, probabilities that sum up to 1, or a probability in each unit by itself. */
  readonly form: 'logits' | 'softmax' | 'sigmoid';
  /** Weight of each class in the loss of a training step; undefined: all 1. Measurements are not weighted. */
  readonly weights?: readonly number[] | undefined;
}

/** More than so many classes have a top-5 accuracy. */
const TOP = 5;

/**
 * Chooses classes. The scores are logits, one for each class; those of a single unit are its logit beside a 0, since two
 * classes with the logits 0 and x are as likely as sigmoid(x) says.
 */
export class OfClasses implements Task {
  readonly infos: readonly [TaskInfo];
  readonly scoreSize: number;
  readonly targetSize: number;
  readonly fedSize: number;
  readonly soft: SoftTargets;
  readonly placed: boolean;
  readonly weighable: Task['weighable'];

  constructor(private readonly options: ClassesOptions) {
    const { info, classes, places } = options;
    this.infos = [info];
    this.scoreSize = places * classes;
    this.targetSize = places;
    this.fedSize = this.scoreSize;
    this.placed = places > 1;
    this.soft = softClasses(classes, places);
    this.weighable = { classes, weighted: (weights) => new OfClasses({ ...options, weights }) };
  }

  scoresFrom([output]: readonly tf.Tensor[]): tf.Tensor2D {
    const { units, places, classes } = this.options;
    const rows = places === 1 && output!.rank === 2 ? (output as tf.Tensor2D) : tf.reshape(output!, [-1, units]);
    const logits = this.#logits(rows as tf.Tensor2D);
    const scores = units === 1 ? tf.concat([tf.zerosLike(logits), logits], 1) : logits;
    return places === 1 ? scores : tf.reshape<tf.Rank.R2>(scores, [-1, places * classes]);
  }

  #logits(rows: tf.Tensor2D): tf.Tensor2D {
    const { form, units, loss } = this.options;
    if (form === 'logits') return rows;
    if (units === 1) return logitsOfUnits(rows);
    return form === 'sigmoid' && loss.takes !== 'class logits' ? logitsOfUnits(rows) : logitsOfClasses(rows);
  }

  targetsOf({ labels, numbers, count }: Batch): Float32Array {
    const { places, classes } = this.options;
    if (labels.length === count && places === 1) return Float32Array.from(labels);
    // One-hot numbers, or the numbers of classes.
    const found = numbers.length === count * places ? numbers : indicesIn(numbers, classes);
    const wrong = found.find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
    if (wrong !== undefined)
      throw new UserError(`The targets have the class ${wrong}, but the model tells ${classes} classes apart, 0 to ${classes - 1}: correct the targets.`); // prettier-ignore
    return found;
  }

  fed(targets: Float32Array): Float32Array {
    const { classes } = this.options;
    const rows = new Float32Array(targets.length * classes);
    for (let i = 0; i < targets.length; i++) rows[i * classes + targets[i]!] = 1;
    return rows;
  }

  loss(fed: tf.Tensor2D, scores: tf.Tensor2D): tf.Scalar {
    const { loss, classes, units, places, weights } = this.options;
    if (isPlain(loss) && places === 1 && !weights) return crossEntropy(fed, scores);
    const [targets, rows] = [fed, scores].map((all) => tf.reshape<tf.Rank.R2>(all, [-1, classes])) as [
      tf.Tensor2D, tf.Tensor2D,
    ]; // prettier-ignore
    const right = (all: tf.Tensor2D): tf.Tensor2D => (units === 1 ? tf.slice2d(all, [0, 1], [all.shape[0], 1]) : all);
    const costs = loss.ofRows(right(targets), right(this.#taken(rows)));
    // A row of targets is 1 for its class, and 0 for the others.
    return tf.mean(weights ? tf.mul(costs, tf.sum(tf.mul(targets, tf.tensor1d([...weights])), 1)) : costs);
  }

  ignorant(): Float32Array {
    return new Float32Array(this.scoreSize);
  }

  meter(): Meter {
    return new ClassesMeter(this.options, isPlain(this.options.loss) ? undefined : this.#lossOfRow());
  }

  /** Returns scores in the form that the loss takes. */
  #taken(rows: tf.Tensor2D): tf.Tensor2D {
    const { loss, form, units } = this.options;
    if (loss.takes !== 'outputs' || form === 'logits') return rows;
    return form === 'sigmoid' || units === 1 ? tf.sigmoid(rows) : tf.softmax(rows);
  }

  #lossOfRow(): LossOfRow {
    const { loss, form, units, classes } = this.options;
    const [target, taken] = [new Float64Array(units), new Float64Array(units)];
    const each = loss.takes === 'outputs' && form !== 'logits' && (form === 'sigmoid' || units === 1);
    const all = loss.takes === 'outputs' && form === 'softmax' && units > 1;
    return (scores, label) => {
      const skipped = classes - units;
      for (let u = 0; u < units; u++) {
        const score = scores[u + skipped]!;
        taken[u] = each ? sigmoidOf(score) : score;
        target[u] = u + skipped === label ? 1 : 0;
      }
      if (all) normalize(taken);
      return loss.ofRow(target, taken);
    };
  }
}

/** Returns true for the cross-entropy of classes without smoothing. */
const isPlain = (loss: Loss): boolean => loss.isPlain === true;

/** Computes the mean cross-entropy, in nats, of logits with targets that sum up to 1. */
const crossEntropy = (targets: tf.Tensor2D, logits: tf.Tensor2D): tf.Scalar =>
  tf.losses.softmaxCrossEntropy<tf.Tensor2D, tf.Scalar>(targets, logits);

/**
 * Softens both sides by the temperature: as far as the student can change it, the loss is T^2 KL(teacher || student)
 * (Hinton et al. 2015), the mean over all places of an example.
 */
function softClasses(classes: number, places: number): SoftTargets {
  const rows = (all: tf.Tensor2D): tf.Tensor2D => (places === 1 ? all : tf.reshape<tf.Rank.R2>(all, [-1, classes]));
  return {
    size: classes * places,
    softens: true,
    answers: (scores, temperature) =>
      tf.reshape<tf.Rank.R2>(tf.softmax(tf.div(rows(scores), temperature)), scores.shape),
    loss: (answers, scores, temperature) => crossEntropy(rows(answers), tf.div(rows(scores), temperature)),
  };
}

/** Finds the largest of each row's numbers. */
function indicesIn(numbers: Float32Array, columns: number): Float32Array {
  const found = new Float32Array(numbers.length / columns);
  for (let i = 0; i < found.length; i++) {
    let best = 0;
    for (let c = 1; c < columns; c++) if (numbers[i * columns + c]! > numbers[i * columns + best]!) best = c;
    found[i] = best;
  }
  return found;
}

/** Makes probabilities of logits in place. */
function normalize(logits: Float64Array): void {
  const highest = logits.reduce((most, one) => Math.max(most, one), -Infinity);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += logits[i] = Math.exp(logits[i]! - highest);
  for (let i = 0; i < logits.length; i++) logits[i]! /= sum;
}

class ClassesMeter implements Meter {
  private readonly sums: Confusion;
  private examples = 0;
  /** For two classes, tells how much the second one is scored above the first, and whether it is right. */
  private readonly margins: number[] = [];
  private readonly seconds: boolean[] = [];

  constructor(
    private readonly options: ClassesOptions,
    lossOfRow: LossOfRow | undefined,
  ) {
    this.sums = new Confusion(options.classes, lossOfRow);
  }

  add(scores: Float32Array, targets: Float32Array, count: number, hear?: Hear): void {
    const { places, classes } = this.options;
    let sum = 0;
    this.sums.add(scores, targets, count * places, (row, guess, loss) => {
      sum += loss;
      if ((row + 1) % places !== 0) return;
      hear?.((row + 1) / places - 1, sum / places, guess);
      sum = 0;
    });
    if (classes === 2 && places === 1)
      for (let i = 0; i < count; i++) {
        this.margins.push(scores[2 * i + 1]! - scores[2 * i]!);
        this.seconds.push(targets[i] === 1);
      }
    this.examples += count;
  }

  get samples(): number {
    return this.examples;
  }

  get loss(): number {
    return this.sums.loss;
  }

  get accuracy(): number {
    return this.sums.accuracy;
  }

  get top5(): number {
    return this.sums.top5;
  }

  get confusion(): readonly (readonly number[])[] {
    return this.sums.counts;
  }

  get unions(): Meter['unions'] {
    return this.options.info.name === 'pixel-classification' ? this.sums.unions : undefined;
  }

  get main(): MetricValue {
    const { sums } = this;
    return this.options.info.name === 'pixel-classification'
      ? measured('iou', sums.iou)
      : measured('accuracy', sums.accuracy);
  }

  get values(): MetricValues {
    const { sums, main } = this;
    const { info, classes } = this.options;
    const f1 = measured('macro-f1', sums.macroF1);
    const loss = measured('loss', sums.loss);
    if (info.name === 'pixel-classification') return [main, measured('accuracy', sums.accuracy), f1, loss];
    const area = areaUnderCurve(this.margins, this.seconds);
    return [
      main,
      ...(classes > TOP ? [measured('top5', sums.top5)] : []),
      f1,
      ...(area === undefined ? [] : [measured('auc', area)]),
      loss,
    ];
  }

  get chance(): number {
    const { info, classes } = this.options;
    // Even guesses hit 1/K of a class and are right in 1/K: their union is (2/K - 1/K^2) where classes are even.
    return info.name === 'pixel-classification' ? 1 / (2 * classes - 1) : 1 / classes;
  }
}
