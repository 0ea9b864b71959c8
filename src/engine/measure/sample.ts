import { createHash } from 'node:crypto';
import { CancelledError, UserError } from '../../protocol/errors';
import { measurement, type Measurement } from '../../protocol/measure/measurement';
import { padded, type Batch, type Examples } from '../dataset/examples';
import { batchWithin } from '../model/batch-size';
import type { Network } from '../model/network';
import { breathe } from '../pause';
import { PrefixActivationCache } from './prefix-activation-cache';
import { asClassifier } from './classifier';
import { ClassificationMetrics } from './classification-metrics';

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

/** A batch, filled up to the common size; `count` of its examples are real. */
interface Part {
  readonly count: number;
  readonly filled: Batch;
}

/**
 * Examples on which many variants of a model are measured: normalized once, in batches of one size, so that one graph
 * serves all.
 */
export class Sample {
  private readonly images: Examples;
  private readonly batches: readonly Part[];

  /**
   * Takes the first `samples` examples, or all where there are fewer.
   * @param classes number of classes of the dataset
   */
  constructor(
    images: Examples,
    readonly classes: number,
    samples: number,
  ) {
    this.images = images.first(samples);
    this.batches = this.parts(BATCH_SIZE);
  }

  /** Returns the examples in batches of one size, the last one filled up. */
  private parts(most: number): Part[] {
    const count = Math.ceil(this.length / most);
    const size = Math.ceil(this.length / count);
    return Array.from({ length: count }, (_, i) => {
      const batch = this.images.batch(i * size, size);
      return { count: batch.count, filled: padded(batch, size) };
    });
  }

  get length(): number {
    return this.images.length;
  }

  /** The figures of guessing all classes alike. */
  get trivial(): Trivial {
    return { main: 1 / this.classes, loss: Math.log(this.classes) };
  }

  /** SHA-256, hex, of the examples and their labels. */
  hash(): string {
    const hash = createHash('sha256');
    for (const { filled } of this.batches) hash.update(new Uint8Array(filled.values.buffer)).update(filled.labels);
    return hash.digest('hex');
  }

  /**
   * Lets `work` measure a network repeatedly.
   * @throws UserError where model and examples do not fit
   */
  async measuring<T>(network: Network, work: (evaluate: MeasureWeights) => Promise<T>): Promise<T> {
    const classifier = asClassifier(network, this.images, this.classes);
    const usual = this.batches[0]!.filled.count;
    const most = batchWithin(network, usual);
    const parts = most < usual ? this.parts(most) : this.batches;
    const size = parts[0]!.filled.count;
    const pixels = parts.map(({ filled }) => filled.values);
    const cache = new PrefixActivationCache(classifier, pixels, size);
    try {
      return await work(async (signal, advance, changed = NOTHING) => {
        const metrics = new ClassificationMetrics(classifier.classes);
        const { pass, batches } = await cache.passAfter(changed, signal);
        for (const [i, { count, filled }] of parts.entries()) {
          if (signal.aborted) throw new CancelledError();
          metrics.add(await pass.run(batches[i]!), filled.labels, count);
          advance?.(count);
          await breathe();
        }
        return finite(metrics);
      });
    } finally {
      cache.dispose();
    }
  }
}

/** @throws UserError where an output was not finite */
function finite({ loss, values, top5 }: ClassificationMetrics): Measurement {
  if (!Number.isFinite(loss))
    throw new UserError(
      'The outputs of the model are NaN or infinite: its weights are damaged, so it cannot be measured.',
    );
  return measurement(values, loss, top5);
}
