import { measured, type MetricValue, type MetricValues } from '../../../protocol/metric';
import type { TaskInfo } from '../../../protocol/task';
import type { Batch } from '../../dataset/examples';
import { tf } from '../../tf';
import { columnsOf, joined } from './columns';
import type { Hear, Meter, SoftTargets, Task } from './task';

/** The task of one of several outputs, the batch with its targets alone, and the weight of its loss. */
export interface PartialTask {
  readonly task: Task;
  readonly of: (batch: Batch) => Batch;
  readonly weight: number;
}

/**
 * The tasks of several outputs. Scores and targets of an example stand side by side, in the order of the outputs; the
 * loss is the weighted sum of theirs, and the main metric.
 */
export class SeveralTasks implements Task {
  readonly infos: readonly [TaskInfo, ...TaskInfo[]];
  readonly scoreSize: number;
  readonly targetSize: number;
  readonly fedSize: number;
  readonly soft: SoftTargets;
  readonly placed: boolean;

  constructor(private readonly parts: readonly PartialTask[]) {
    const [first, ...others] = parts.flatMap(({ task }) => task.infos);
    if (!first) throw new Error('a network has an output');
    this.infos = [first, ...others];
    this.placed = parts.some(({ task }) => task.placed === true);
    const sum = (size: (task: Task) => number): number => parts.reduce((all, { task }) => all + size(task), 0);
    this.scoreSize = sum(({ scoreSize }) => scoreSize);
    this.targetSize = sum(({ targetSize }) => targetSize);
    this.fedSize = sum(({ fedSize }) => fedSize);
    this.soft = softOfAll(parts);
  }

  scoresFrom(outputs: readonly tf.Tensor[]): tf.Tensor2D {
    return tf.concat(this.parts.map(({ task }, i) => task.scoresFrom([outputs[i]!])), 1); // prettier-ignore
  }

  targetsOf(batch: Batch): Float32Array {
    return joined(
      this.parts.map(({ task, of }) => ({ values: task.targetsOf(of(batch)), size: task.targetSize })),
      batch.count,
    );
  }

  fed(targets: Float32Array): Float32Array {
    const count = targets.length / this.targetSize;
    const parts = this.#split(targets, ({ targetSize }) => targetSize, count);
    return joined(
      this.parts.map(({ task }, i) => ({ values: task.fed(parts[i]!), size: task.fedSize })),
      count,
    );
  }

  loss(fed: tf.Tensor2D, scores: tf.Tensor2D): tf.Scalar {
    const [fedParts, scoreParts] = [
      tf.split(fed, this.parts.map(({ task }) => task.fedSize), 1),
      tf.split(scores, this.parts.map(({ task }) => task.scoreSize), 1),
    ]; // prettier-ignore
    return this.parts
      .map(({ task, weight }, i) =>
        tf.mul<tf.Scalar>(task.loss(fedParts[i] as tf.Tensor2D, scoreParts[i] as tf.Tensor2D), weight),
      )
      .reduce((sum, one) => tf.add<tf.Scalar>(sum, one));
  }

  ignorant(targets: readonly Float32Array[]): Float32Array {
    const split = targets.map((all) => this.#split(all, ({ targetSize }) => targetSize, all.length / this.targetSize));
    return joined(
      this.parts.map(({ task }, i) => ({
        values: task.ignorant(split.map((parts) => parts[i]!)),
        size: task.scoreSize,
      })),
      1,
    );
  }

  meter(): Meter {
    const meters = this.parts.map(({ task }) => task.meter());
    const split = (all: Float32Array, size: (task: Task) => number, count: number) => this.#split(all, size, count);
    return new SeveralMeter(meters, this.parts, split);
  }

  /** Takes rows apart into those of the outputs. */
  #split(all: Float32Array, size: (task: Task) => number, count: number): Float32Array[] {
    const sizes = this.parts.map(({ task }) => size(task));
    const width = sizes.reduce((sum, one) => sum + one, 0);
    let from = 0;
    return sizes.map((own) => {
      const rows = columnsOf(all.subarray(0, count * width), width, from, own);
      from += own;
      return rows;
    });
  }
}

/** The weighted sum over the outputs, each softened where its task is. */
function softOfAll(parts: readonly PartialTask[]): SoftTargets {
  const split = (all: tf.Tensor2D, size: (task: Task) => number): tf.Tensor2D[] =>
    tf.split(all, parts.map(({ task }) => size(task)), 1); // prettier-ignore
  const sizeOf = ({ soft }: Task): number => soft.size;
  return {
    size: parts.reduce((sum, { task }) => sum + task.soft.size, 0),
    // Each output has the square of the temperature in its own loss.
    softens: false,
    answers: (scores, temperature) => {
      const own = split(scores, ({ scoreSize }) => scoreSize);
      return tf.concat(parts.map(({ task }, i) => task.soft.answers(own[i]!, temperature)), 1); // prettier-ignore
    },
    loss: (answers, scores, temperature) => {
      const [given, own] = [split(answers, sizeOf), split(scores, ({ scoreSize }) => scoreSize)];
      return parts
        .map(({ task: { soft }, weight }, i) => {
          const softened = soft.softens ? temperature * temperature : 1;
          return tf.mul<tf.Scalar>(soft.loss(given[i]!, own[i]!, temperature), weight * softened);
        })
        .reduce((sum, one) => tf.add<tf.Scalar>(sum, one));
    },
  };
}

class SeveralMeter implements Meter {
  constructor(
    readonly outputs: readonly Meter[],
    private readonly parts: readonly PartialTask[],
    private readonly split: (all: Float32Array, size: (task: Task) => number, count: number) => Float32Array[],
  ) {}

  add(scores: Float32Array, targets: Float32Array, count: number, hear?: Hear): void {
    const ownScores = this.split(scores, ({ scoreSize }) => scoreSize, count);
    const ownTargets = this.split(targets, ({ targetSize }) => targetSize, count);
    const costs = new Float64Array(count);
    this.outputs.forEach((meter, i) => {
      meter.add(ownScores[i]!, ownTargets[i]!, count, (example, cost) => {
        costs[example]! += this.parts[i]!.weight * cost;
      });
    });
    if (hear) costs.forEach((cost, example) => hear(example, cost, -1));
  }

  get samples(): number {
    return this.outputs[0]!.samples;
  }

  get loss(): number {
    return this.outputs.reduce((sum, { loss }, i) => sum + this.parts[i]!.weight * loss, 0);
  }

  get main(): MetricValue {
    return measured('loss', this.loss);
  }

  get values(): MetricValues {
    const own = this.outputs.flatMap((meter, i) => {
      const output = this.parts[i]!.task.infos[0].output;
      return meter.values.map(({ name, value }) => measured(name, value, output));
    });
    return [this.main, ...own];
  }

  /** The weighted sum of the losses of answers that do not look at the examples is not known before they are measured. */
  get chance(): number {
    return Infinity;
  }
}
