import { UserError } from '../../../protocol/errors';
import { measured, type MetricValue, type MetricValues } from '../../../protocol/metric';
import type { TaskInfo } from '../../../protocol/task';
import type { Batch } from '../../dataset/examples';
import { tf } from '../../tf';
import type { Loss } from '../losses';
import { binaryCrossentropy } from '../losses/of-units';
import { areaUnderCurve } from './auc';
import { logitsOfUnits, sigmoidOf } from './scores';
import type { Hear, Meter, SoftTargets, Task } from './task';

/** A task that answers each of several questions with yes or no. */
export interface LabelsOptions {
  readonly info: TaskInfo;
  readonly loss: Loss;
  readonly labels: number;
  /** Form of the outputs: logits, or probabilities. */
  readonly form: 'logits' | 'sigmoid';
}

/** Gives each example any number of labels. The scores are a logit for each label, the targets 0 or 1. */
export class OfLabels implements Task {
  readonly infos: readonly [TaskInfo];
  readonly scoreSize: number;
  readonly targetSize: number;
  readonly fedSize: number;
  readonly soft: SoftTargets;

  constructor(private readonly options: LabelsOptions) {
    this.infos = [options.info];
    this.scoreSize = this.targetSize = this.fedSize = options.labels;
    this.soft = softLabels(options.labels);
  }

  scoresFrom([output]: readonly tf.Tensor[]): tf.Tensor2D {
    const rows = output as tf.Tensor2D;
    return this.options.form === 'logits' ? rows : logitsOfUnits(rows);
  }

  targetsOf({ labels, numbers, count }: Batch): Float32Array {
    const { labels: size } = this.options;
    if (numbers.length === count * size) {
      const wrong = numbers.find((value) => value !== 0 && value !== 1);
      if (wrong === undefined) return numbers;
      throw new UserError(`The targets of labels are 0 or 1, but the data has ${wrong}: correct the targets.`);
    }
    const rows = new Float32Array(count * size);
    for (let i = 0; i < count; i++) rows[i * size + labels[i]!] = 1;
    return rows;
  }

  fed(targets: Float32Array): Float32Array {
    return targets;
  }

  loss(fed: tf.Tensor2D, scores: tf.Tensor2D): tf.Scalar {
    const { loss, form } = this.options;
    const taken = loss.takes === 'outputs' && form === 'sigmoid' ? tf.sigmoid(scores) : scores;
    return tf.mean(loss.ofRows(fed, taken));
  }

  ignorant(): Float32Array {
    return new Float32Array(this.scoreSize);
  }

  meter(): Meter {
    return new LabelsMeter(this.options);
  }
}

/**
 * Softens both sides by the temperature, each label by itself: as far as the student can change it, the loss is the mean
 * over the labels of T^2 KL(teacher || student), each of a label that is there or not.
 */
const softLabels = (size: number): SoftTargets => ({
  size,
  softens: true,
  answers: (scores, temperature) => tf.sigmoid(tf.div(scores, temperature)),
  loss: (answers, scores, temperature) => tf.mean(PLAIN.ofRows(answers, tf.div(scores, temperature))),
});

/** The cross-entropy without label smoothing. */
const PLAIN = binaryCrossentropy(0);

/** Counts of one label. */
interface Counts {
  hits: number;
  called: number;
  there: number;
  readonly scores: number[];
  readonly truths: boolean[];
}

class LabelsMeter implements Meter {
  private readonly counts: readonly Counts[];
  private lossSum = 0;
  private right = 0;
  private examples = 0;

  constructor(private readonly options: LabelsOptions) {
    this.counts = Array.from({ length: options.labels }, () => ({
      ...{ hits: 0, called: 0, there: 0 },
      ...{ scores: [], truths: [] },
    }));
  }

  add(scores: Float32Array, targets: Float32Array, count: number, hear?: Hear): void {
    const { loss, labels, form } = this.options;
    for (let i = 0; i < count; i++) {
      const [row, truth] = [scores, targets].map((all) => all.subarray(i * labels, (i + 1) * labels));
      for (const [label, counts] of this.counts.entries()) {
        const [score, there] = [row![label]!, truth![label] === 1];
        const called = score > 0;
        if (called && there) counts.hits++;
        if (called) counts.called++;
        if (there) counts.there++;
        if (called === there) this.right++;
        counts.scores.push(score);
        counts.truths.push(there);
      }
      const cost = loss.ofRow(truth!, loss.takes === 'outputs' && form === 'sigmoid' ? row!.map(sigmoidOf) : row!);
      this.lossSum += cost;
      hear?.(i, cost, -1);
    }
    this.examples += count;
  }

  get samples(): number {
    return this.examples;
  }

  get loss(): number {
    return this.examples === 0 ? 0 : this.lossSum / this.examples;
  }

  /** Share of labels that are right, 0 to 1. */
  get accuracy(): number {
    return this.examples === 0 ? 0 : this.right / (this.examples * this.options.labels);
  }

  get main(): MetricValue {
    return measured('macro-f1', this.macroF1);
  }

  get labels(): Meter['labels'] {
    return this.counts.map((counts) => {
      const { hits, called, there, scores, truths } = counts;
      return {
        ...{
          support: there,
          precision: called === 0 ? null : hits / called,
          recall: there === 0 ? null : hits / there,
        },
        ...{ f1: f1Of(counts), auc: areaUnderCurve(scores, truths) ?? null },
        ...{ missed: there - hits, wrong: called - hits },
      };
    });
  }

  get values(): MetricValues {
    const areas = this.counts.map(({ scores, truths }) => areaUnderCurve(scores, truths));
    const known = areas.filter((area) => area !== undefined);
    return [
      this.main,
      ...(known.length === areas.length ? [measured('auc', meanOf(known))] : []),
      measured('accuracy', this.accuracy),
      measured('loss', this.loss),
    ];
  }

  private get macroF1(): number {
    return meanOf(this.counts.map(f1Of));
  }

  /** The macro-F1 of answering yes to everything. */
  get chance(): number {
    return meanOf(this.counts.map(({ there }) => (2 * there) / (this.examples + there)));
  }
}

/** A label that is neither there nor called scores 0. */
const f1Of = ({ hits, called, there }: Counts): number => (called + there === 0 ? 0 : (2 * hits) / (called + there));

const meanOf = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;
