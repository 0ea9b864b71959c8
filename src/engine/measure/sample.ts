import { createHash } from 'node:crypto';
import { CancelledError } from '../../protocol/errors';
import { measurement, type Measurement } from '../../protocol/measure/measurement';
import { padded, type Batch, type Examples } from '../dataset/examples';
import { batchWithin } from '../model/batch-size';
import type { Network } from '../model/network';
import { breathe } from '../pause';
import { PrefixActivationCache } from './prefix-activation-cache';
import { requireFinite } from './evaluate';
import { paddedInputs } from './pass';
import { withTask } from './tasked-network';
import type { Task } from './tasks/task';

/** Most examples of one forward pass. */
const BATCH_SIZE = 500;

/**
 * Measures the metrics of a model with its present weights.
 * @param advance gets the number of examples of each finished batch
 * @param changed names of the weights that differ between measurements; activations before them are cached. Without it
 * passes are whole.
 * @throws UserError where an output is not finite, CancelledError
 */
export type MeasureWeights = (
  signal: AbortSignal,
  advance?: (examples: number) => void,
  changed?: ReadonlySet<string>,
) => Promise<Measurement>;

/** The figures of an answer that knows nothing about the inputs, such as a guess or the mean of the targets. */
export interface Trivial {
  /** The main metric; undefined where it is not known. */
  readonly main: number | undefined;
  readonly loss: number | undefined;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Examples on which many variants of a model are measured: normalized once, in batches of one size, so that one graph
 * serves all.
 */
export class Sample {
  private readonly examples: Examples;
  private readonly batches: readonly Batch[];
  #trivial: Trivial = { main: undefined, loss: undefined };

  /** Takes the first `samples` examples, or all where there are fewer. */
  constructor(examples: Examples, samples: number) {
    this.examples = examples.first(samples);
    this.batches = this.parts(BATCH_SIZE);
  }

  /** Returns the examples in batches of one size; the last one may have fewer. */
  private parts(most: number): Batch[] {
    const count = Math.ceil(this.length / most);
    const size = Math.ceil(this.length / count);
    return Array.from({ length: count }, (_, i) => this.examples.batch(i * size, size));
  }

  get length(): number {
    return this.examples.length;
  }

  /** The figures of guessing all classes alike, or of answering with the mean of the targets. Known while it measures. */
  get trivial(): Trivial {
    return this.#trivial;
  }

  /** SHA-256, hex, of the examples and their targets. */
  hash(): string {
    const hash = createHash('sha256');
    const size = this.batches[0]!.count;
    for (const { values, count, labels, numbers, named } of this.batches) {
      hash.update(padded(values, count, size)).update(labels);
      if (labels.length === 0) hash.update(numbers);
      for (const [name, array] of named) hash.update(name).update(array);
    }
    return hash.digest('hex');
  }

  /**
   * Lets `work` measure a network repeatedly.
   * @throws UserError where model and examples do not fit
   */
  async measuring<T>(network: Network, work: (evaluate: MeasureWeights) => Promise<T>): Promise<T> {
    const tasked = withTask(network, this.examples);
    const { task } = tasked;
    const usual = this.batches[0]!.count;
    const most = batchWithin(network, usual);
    const parts = most < usual ? this.parts(most) : this.batches;
    const size = parts[0]!.count;
    const inputs = parts.map((batch) => paddedInputs(tasked, batch, size));
    const targets = parts.map((batch) => tasked.targetsOf(batch));
    this.#trivial = trivialOf(task, targets);
    const cache = new PrefixActivationCache(tasked, inputs, size);
    try {
      return await work(async (signal, advance, changed = NOTHING) => {
        const sums = task.meter();
        const { pass, batches } = await cache.passAfter(changed, signal);
        for (const [i, { count }] of parts.entries()) {
          if (signal.aborted) throw new CancelledError();
          sums.add(await pass.run(...batches[i]!), targets[i]!, count);
          advance?.(count);
          await breathe();
        }
        requireFinite(task, sums);
        return measurement(sums.values, sums.loss, sums.top5);
      });
    } finally {
      cache.dispose();
    }
  }
}

/** Measures an answer that does not look at the examples. */
function trivialOf(task: Task, parts: readonly Float32Array[]): Trivial {
  const { targetSize, scoreSize } = task;
  const row = task.ignorant(parts);
  const sums = task.meter();
  for (const part of parts) {
    const count = part.length / targetSize;
    const scores = new Float32Array(count * scoreSize);
    for (let i = 0; i < count; i++) scores.set(row, i * scoreSize);
    sums.add(scores, part, count);
  }
  return { main: sums.main.name === 'loss' ? sums.loss : sums.chance, loss: sums.loss };
}
