import { readFileSync } from 'node:fs';
import { trace, type TracedFunction } from '../../../src/index';
import { type layers, tf } from '../../../testing/tf';
import { Adam } from '../../tools/adam';
import { lossOf, type Network, networkNamed, trainedVariables } from '../../../testing/networks';
import type { Examples, NetworkFeed, Timed } from './orders';

const RATE = 1e-3;
const WARM_UP_STEPS = 6;
/** Batch sizes for evaluation; the fastest one is used, as for PyTorch. */
const EVALUATION_BATCHES = [32, 100, 250, 500];
const PROBES = 3;

/** Trains one network with Adam and evaluates it, on batches of the examples. */
export class Workload {
  readonly #network: Network;
  readonly #model: layers.LayersModel;
  readonly #adam: Adam;
  readonly #variables: tf.Variable[];
  readonly #images: Float32Array;
  readonly #labels: Uint8Array;
  readonly #size: number;
  readonly #training: TracedFunction;
  readonly #forward = new Map<number, TracedFunction>();
  #evaluationBatch = 0;
  #step = 0;
  #loss = Number.NaN;

  constructor(
    readonly figures: NetworkFeed,
    readonly examples: Examples,
  ) {
    this.#network = networkNamed(figures.name);
    this.#model = this.#network.build();
    this.#variables = trainedVariables(this.#model);
    this.#adam = new Adam(this.#variables);
    const bytes = readFileSync(examples.images);
    this.#images = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    this.#labels = readFileSync(examples.labels);
    this.#size = this.#images.length / examples.count;
    this.#training = this.#record();
  }

  get parameters(): number {
    return this.#variables.reduce((sum, variable) => sum + variable.size, 0);
  }

  /** Compiles all graphs that are timed, and returns the batch size with the fastest evaluation. */
  async warmUp(): Promise<number> {
    for (let i = 0; i < WARM_UP_STEPS; i++) await this.#trainStep();
    let best = Number.POSITIVE_INFINITY;
    for (const batch of EVALUATION_BATCHES.filter((size) => size <= this.examples.count)) {
      await this.#evaluateOnce(batch, 0);
      for (let probe = 0; probe < PROBES; probe++) {
        const start = performance.now();
        await this.#evaluateOnce(batch, 0);
        const each = (performance.now() - start) / batch;
        if (each < best) [best, this.#evaluationBatch] = [each, batch];
      }
    }
    return this.#evaluationBatch;
  }

  async train(milliseconds: number): Promise<Timed> {
    const times = await timeEach(milliseconds, () => this.#trainStep());
    return { milliseconds: times, examples: this.figures.batch, loss: this.#loss };
  }

  async evaluate(milliseconds: number): Promise<Timed> {
    const batch = this.#evaluationBatch;
    let first = 0;
    const times = await timeEach(milliseconds, async () => {
      await this.#evaluateOnce(batch, first);
      first = first + 2 * batch > this.examples.count ? 0 : first + batch;
    });
    return { milliseconds: times, examples: batch, loss: this.#loss };
  }

  dispose(): void {
    this.#training.dispose();
    for (const forward of this.#forward.values()) forward.dispose();
    this.#adam.dispose();
    this.#model.dispose();
  }

  async #trainStep(): Promise<void> {
    const { batch } = this.figures;
    const batches = Math.floor(this.examples.count / batch);
    const first = (this.#step++ % batches) * batch;
    const { rate, epsilon } = this.#adam.begin(RATE);
    const [pixels, rows] = [this.#pixels(first, batch), this.#rows(first, batch)];
    const numbers = [Float32Array.of(rate), Float32Array.of(epsilon)];
    const [loss = Number.NaN] = await this.#training.run(pixels, ...numbers, ...(rows ? [rows] : []));
    this.#loss = loss;
    if (!Number.isFinite(this.#loss)) throw new Error(`Training ${this.figures.name} gives the loss ${this.#loss}.`);
  }

  async #evaluateOnce(batch: number, first: number): Promise<void> {
    let forward = this.#forward.get(batch);
    if (!forward) {
      forward = trace((x) => this.#model.apply(x) as tf.Tensor, [[batch, ...this.figures.inputShape]], {
        examples: [0],
      });
      this.#forward.set(batch, forward);
    }
    await forward.run(this.#pixels(first, batch));
  }

  #record(): TracedFunction {
    const { batch, inputShape, classes } = this.figures;
    const step = (x: tf.Tensor, rate: tf.Scalar, epsilon: tf.Scalar, rows: tf.Tensor = x): tf.Tensor => {
      const forward = (): tf.Scalar => {
        const output = this.#model.apply(x, { training: true }) as tf.Tensor;
        return lossOf(this.#network)(rows, output).asScalar();
      };
      const { value, grads } = tf.variableGrads(forward, this.#variables);
      this.#adam.apply(grads, rate, epsilon);
      return value;
    };
    return trace(
      (x, rate, epsilon, rows) => step(x, rate as tf.Scalar, epsilon as tf.Scalar, rows),
      [[batch, ...inputShape], [], [], ...(classes === null ? [] : [[batch, classes]])],
      { examples: classes === null ? [0] : [0, 3] },
    );
  }

  #pixels(first: number, count: number): Float32Array {
    return this.#images.subarray(first * this.#size, (first + count) * this.#size);
  }

  /** One-hot labels; null for a network that reproduces its input. */
  #rows(first: number, count: number): Float32Array | null {
    const { classes } = this.figures;
    if (classes === null) return null;
    const rows = new Float32Array(count * classes);
    for (let i = 0; i < count; i++) rows[i * classes + this.#labels[first + i]!] = 1;
    return rows;
  }
}

/** Repeats a step for some time, at least once, and returns the milliseconds of each. */
async function timeEach(milliseconds: number, step: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  do {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  } while (performance.now() < end);
  return times;
}
