import { UserError } from '../../../protocol/errors';
import type { LabelFigures } from '../../../protocol/measure/evaluation';
import type { MetricValue, MetricValues } from '../../../protocol/metric';
import type { Normalization } from '../../../protocol/normalization';
import type { TaskInfo } from '../../../protocol/task';
import type { Batch } from '../../dataset/examples';
import type { tf } from '../../tf';

/** A model cannot have a task on this data, so no figure of it would mean anything. */
export class NoTask extends UserError {}

/**
 * The purpose of an output of a network: the scores that are made of it, the targets, the loss, and the metrics. Scores and
 * targets are rows of numbers, one for each example.
 */
export interface Task {
  /** One entry for each output. */
  readonly infos: readonly [TaskInfo, ...TaskInfo[]];
  /** Numbers of one example's scores, of its targets, and of its targets in a training step. */
  readonly scoreSize: number;
  readonly targetSize: number;
  readonly fedSize: number;
  /** Returns scores as numbers in the unit of the targets, where they differ in that. */
  asTargets?(scores: Float32Array): Float32Array;
  /** Makes the scores of the network's outputs, count x scoreSize. Call it within a tidy. */
  scoresFrom(outputs: readonly tf.Tensor[]): tf.Tensor2D;
  /** Returns the targets of a batch, count x targetSize. @throws UserError where one cannot be right */
  targetsOf(batch: Batch): Float32Array;
  /** Returns targets as a training step takes them, count x fedSize. */
  fed(targets: Float32Array): Float32Array;
  /** Computes the mean loss of a batch, which a training step minimizes. Call it within a tidy. */
  loss(fed: tf.Tensor2D, scores: tf.Tensor2D): tf.Scalar;
  /** The only normalization of the examples that fits the outputs, where the task is to reproduce them. */
  readonly implied?: Normalization | undefined;
  /** True where targets belong to places of the example, so that they would have to move with its pixels. */
  readonly placed?: boolean | undefined;
  /** Number of classes, and the same task with a weight for each in its loss, where it chooses one class for a place. */
  readonly weighable?: { readonly classes: number; weighted(weights: readonly number[]): Task } | undefined;
  /** Teaching by the answers of another network. */
  readonly soft: SoftTargets;
  /** Returns the scores of an answer that does not look at the examples: one row for all of them. */
  ignorant(targets: readonly Float32Array[]): Float32Array;
  /** Starts a measurement. */
  meter(): Meter;
}

/** How the answers of a teacher become targets. */
export interface SoftTargets {
  /** Numbers of one example's answer. */
  readonly size: number;
  /** True where a temperature softens answers, so that its square makes up for the smaller gradients. */
  readonly softens: boolean;
  /** Makes answers of the teacher's scores, softened by a temperature. Call it within a tidy. */
  answers(scores: tf.Tensor2D, temperature: number): tf.Tensor2D;
  /** Computes the mean loss of scores against such answers. Call it within a tidy. */
  loss(answers: tf.Tensor2D, scores: tf.Tensor2D, temperature: number): tf.Scalar;
}

/**
 * The report on an example: a cost that is in the same unit under each normalization, which is the loss or, for
 * pixels, the squared error as a share of the range; and the class that the network chose, or -1.
 */
export type Hear = (example: number, cost: number, guess: number) => void;

/** Sums over examples, from which the metrics follow. */
export interface Meter {
  /** Adds the first `count` rows of scores with their targets. */
  add(scores: Float32Array, targets: Float32Array, count: number, hear?: Hear): void;
  readonly samples: number;
  /** Mean loss; NaN or infinite where an output was not finite. */
  readonly loss: number;
  /** The main metric of the task. */
  readonly main: MetricValue;
  /** The main metric first, the loss last. */
  readonly values: MetricValues;
  /**
   * The main metric of an answer that does not look at the examples: an even guess among classes, or the mean of the
   * targets.
   */
  readonly chance: number;
  /** Counts of true and chosen classes, confusion[actual][predicted], where the task has a class for each example. */
  readonly confusion?: readonly (readonly number[])[] | undefined;
  /** Accuracy, and top-5 accuracy, 0 to 1, where the task has them. */
  readonly accuracy?: number | undefined;
  readonly top5?: number | undefined;
  /** Intersection over union of each class, 0 to 1, for classes of pixels; null where a class is neither there nor called. */
  readonly unions?: readonly (number | null)[] | undefined;
  /** Figures of each label, where the task has labels. */
  readonly labels?: readonly Omit<LabelFigures, 'name'>[] | undefined;
  /** The measurements of the outputs in their order, where there are several. */
  readonly outputs?: readonly Meter[] | undefined;
}
