import { measured, type MetricValue, type MetricValues } from '../../../protocol/metric';
import type { Normalization } from '../../../protocol/normalization';
import type { TaskInfo } from '../../../protocol/task';
import type { Batch } from '../../dataset/examples';
import { tf } from '../../tf';
import type { Loss } from '../losses';
import { logitOf, logitsOfUnits, sigmoidOf } from './scores';
import type { Hear, Meter, SoftTargets, Task } from './task';

/** A task that answers with numbers. */
export interface NumbersOptions {
  readonly info: TaskInfo;
  readonly loss: Loss;
  /** Numbers of an answer, and how many of them lie along the last axis. */
  readonly size: number;
  readonly columns: number;
  /** True where the outputs are logits of the numbers, which lie between 0 and 1. */
  readonly squashed: boolean;
  /** Makes the targets of a batch, count x size. */
  readonly targetsOf: (batch: Batch) => Float32Array;
  /** Distance from black to white where the numbers are pixels. */
  readonly peak?: number | undefined;
  readonly implied?: Normalization | undefined;
  readonly placed?: boolean | undefined;
}

/** Answers with numbers, which are its scores. */
export class OfNumbers implements Task {
  readonly infos: readonly [TaskInfo];
  readonly scoreSize: number;
  readonly targetSize: number;
  readonly fedSize: number;
  readonly soft: SoftTargets;
  readonly implied: Normalization | undefined;
  readonly placed: boolean;

  constructor(private readonly options: NumbersOptions) {
    const { info, size } = options;
    this.infos = [info];
    this.implied = options.implied;
    this.placed = options.placed ?? false;
    this.scoreSize = this.targetSize = this.fedSize = size;
    // The teacher's own numbers are targets; a temperature has no meaning for them.
    this.soft = {
      size,
      softens: false,
      answers: (scores) => scores,
      loss: (answers, scores) => tf.mean(tf.square(tf.sub(answers, scores))),
    };
  }

  scoresFrom([output]: readonly tf.Tensor[]): tf.Tensor2D {
    return output!.rank === 2 ? (output as tf.Tensor2D) : tf.reshape<tf.Rank.R2>(output!, [-1, this.scoreSize]);
  }

  asTargets(scores: Float32Array): Float32Array {
    return this.options.squashed ? scores.map(sigmoidOf) : scores;
  }

  targetsOf(batch: Batch): Float32Array {
    return this.options.targetsOf(batch);
  }

  fed(targets: Float32Array): Float32Array {
    return targets;
  }

  loss(fed: tf.Tensor2D, scores: tf.Tensor2D): tf.Scalar {
    const { loss, columns, squashed } = this.options;
    const rows = (all: tf.Tensor2D): tf.Tensor2D => tf.reshape<tf.Rank.R2>(all, [-1, columns]);
    const logits = loss.takes === 'unit logits';
    const taken = squashed === logits ? scores : squashed ? tf.sigmoid(scores) : logitsOfUnits(scores);
    return tf.mean(loss.ofRows(rows(fed), rows(taken)));
  }

  /** Returns the mean of the targets. */
  ignorant(targets: readonly Float32Array[]): Float32Array {
    const { size, squashed } = this.options;
    const sums = new Float64Array(size);
    for (const part of targets) part.forEach((target, i) => (sums[i % size]! += target));
    const rows = targets.reduce((sum, { length }) => sum + length / size, 0);
    return Float32Array.from(sums, (sum) => (squashed ? logitOf(sum / rows) : sum / rows));
  }

  meter(): Meter {
    return new NumbersMeter(this.options);
  }
}

/** Highest value of the peak signal-to-noise ratio, in dB. */
const MOST_PSNR = 100;

class NumbersMeter implements Meter {
  private examples = 0;
  private squares = 0;
  private distances = 0;
  private lossSum = 0;
  private psnrSum = 0;
  /** For each number of an answer: the first target, and the sums of the distances from it and of their squares. */
  private readonly first: Float64Array;
  private readonly sums: Float64Array;
  private readonly squared: Float64Array;
  /** Squared errors of each number. */
  private readonly errors: Float64Array;

  constructor(private readonly options: NumbersOptions) {
    const { size } = options;
    this.first = new Float64Array(size);
    this.sums = new Float64Array(size);
    this.squared = new Float64Array(size);
    this.errors = new Float64Array(size);
  }

  add(scores: Float32Array, targets: Float32Array, count: number, hear?: Hear): void {
    const { size, squashed, peak } = this.options;
    for (let i = 0; i < count; i++) {
      const [row, truth] = [scores, targets].map((all) => all.subarray(i * size, (i + 1) * size));
      if (this.examples === 0) this.first.set(truth!);
      let squares = 0;
      for (let c = 0; c < size; c++) {
        const target = truth![c]!;
        const error = (squashed ? sigmoidOf(row![c]!) : row![c]!) - target;
        squares += error ** 2;
        this.errors[c]! += error ** 2;
        this.distances += Math.abs(error);
        const from = target - this.first[c]!;
        this.sums[c]! += from;
        this.squared[c]! += from ** 2;
      }
      this.squares += squares;
      if (peak !== undefined)
        this.psnrSum += squares === 0 ? MOST_PSNR : Math.min(MOST_PSNR, 10 * Math.log10((peak ** 2 * size) / squares));
      const loss = this.#lossOf(row!, truth!);
      this.lossSum += loss;
      hear?.(i, peak === undefined ? loss : squares / (size * peak ** 2), -1);
      this.examples++;
    }
  }

  #lossOf(row: Float32Array, truth: Float32Array): number {
    const { loss, columns, size, squashed } = this.options;
    const logits = loss.takes === 'unit logits';
    const taken = squashed === logits ? row : Float64Array.from(row, squashed ? sigmoidOf : logitOf);
    if (columns === size) return loss.ofRow(truth, taken);
    let sum = 0;
    for (let at = 0; at < size; at += columns)
      sum += loss.ofRow(truth.subarray(at, at + columns), taken.subarray(at, at + columns));
    return (sum * columns) / size;
  }

  get samples(): number {
    return this.examples;
  }

  get loss(): number {
    return this.#mean(this.lossSum);
  }

  get main(): MetricValue {
    return measured('rmse', Math.sqrt(this.#mean(this.squares) / this.options.size));
  }

  get values(): MetricValues {
    const { info, size, peak } = this.options;
    const rmse = this.main;
    const mae = measured('mae', this.#mean(this.distances) / size);
    const loss = measured('loss', this.loss);
    if (info.name === 'reconstruction')
      return [rmse, ...(peak === undefined ? [] : [measured('psnr', this.#mean(this.psnrSum))]), mae, loss];
    const explained = this.#explained();
    return [rmse, mae, ...(explained === undefined ? [] : [measured('r2', explained)]), loss];
  }

  /** The RMSE of answering with the mean of the targets. */
  get chance(): number {
    let sum = 0;
    for (let c = 0; c < this.first.length; c++) sum += this.#variance(c);
    return Math.sqrt(sum / this.first.length);
  }

  /** Mean over the numbers of an answer of the share of variance that is explained; undefined where one is constant. */
  #explained(): number | undefined {
    let sum = 0;
    for (let c = 0; c < this.errors.length; c++) {
      const variance = this.#variance(c);
      if (!(variance > 0)) return undefined;
      sum += 1 - this.#mean(this.errors[c]!) / variance;
    }
    return sum / this.errors.length;
  }

  #variance(column: number): number {
    return Math.max(0, this.#mean(this.squared[column]!) - this.#mean(this.sums[column]!) ** 2);
  }

  #mean(sum: number): number {
    return this.examples === 0 ? 0 : sum / this.examples;
  }
}
