import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { layers as Layers, tf as Core } from '../../../src/engine/backend/tf';

const PIXELS = 28 * 28;
const CLASSES = 10;
const TRAIN_BATCH = 100;
const EVALUATE_BATCH = 500;
/** Test images in one pass: few enough that some passes of a run are undisturbed on a busy machine. */
export const IMAGES_A_PASS = 2000;

/** A tfjs with its backend in place: ours, or the prototype's. */
export interface Contender {
  readonly tf: typeof Core;
  readonly layers: typeof Layers;
}

/** What the bench asks a contender to do, and what it answers. */
export interface Order {
  readonly task: 'train' | 'evaluate';
  readonly data: string;
  /** Training steps, or passes over the test images. */
  readonly count: number;
}
export interface Answer {
  /** Milliseconds of each step or pass. */
  readonly milliseconds: readonly number[];
  /** Mean loss of the steps, or share of test images that are classified rightly. */
  readonly quality: number;
}

/** Trains and evaluates `fashion-cnn` on Fashion-MNIST, the same way on each contender. */
export class Workload {
  readonly #net: Layers.Sequential;
  readonly #train: { images: Float32Array; labels: Uint8Array };
  readonly #test: { images: Core.Tensor; labels: Uint8Array };
  #step = 0;

  constructor(
    readonly contender: Contender,
    data: string,
  ) {
    this.#net = build(contender);
    const { tf } = contender;
    const loss = (truth: Core.Tensor, logits: Core.Tensor): Core.Tensor => tf.losses.softmaxCrossEntropy(truth, logits);
    this.#net.compile({ optimizer: tf.train.adam(1e-3), loss });
    this.#train = readSplit(data, 'train');
    const test = readSplit(data, 't10k');
    const images = tf.tensor(test.images.subarray(0, IMAGES_A_PASS * PIXELS), [IMAGES_A_PASS, 28, 28, 1]);
    this.#test = { images, labels: test.labels.subarray(0, IMAGES_A_PASS) };
  }

  async run({ task, count }: Order): Promise<Answer> {
    return task === 'train' ? this.#trainSteps(count) : this.#evaluate(count);
  }

  async #trainSteps(count: number): Promise<Answer> {
    const { tf } = this.contender;
    const { images, labels } = this.#train;
    const milliseconds: number[] = [];
    let total = 0;
    for (let i = 0; i < count; i++) {
      const first = (this.#step++ * TRAIN_BATCH) % labels.length;
      const start = performance.now();
      const pixels = images.subarray(first * PIXELS, (first + TRAIN_BATCH) * PIXELS);
      const x = tf.tensor(pixels, [TRAIN_BATCH, 28, 28, 1]);
      const classes = Int32Array.from(labels.subarray(first, first + TRAIN_BATCH));
      const y = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), CLASSES), 'float32'));
      total += Number(await this.#net.trainOnBatch(x, y));
      tf.dispose([x, y]);
      milliseconds.push(performance.now() - start);
    }
    return { milliseconds, quality: total / count };
  }

  async #evaluate(count: number): Promise<Answer> {
    const { tf } = this.contender;
    const { images, labels } = this.#test;
    const milliseconds: number[] = [];
    let right = 0;
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      const guesses = tf.tidy(() => {
        const logits = this.#net.predict(images, { batchSize: EVALUATE_BATCH }) as Core.Tensor;
        return tf.argMax(logits, 1);
      });
      const classes = await guesses.data();
      guesses.dispose();
      milliseconds.push(performance.now() - start);
      right = classes.filter((guess, k) => guess === labels[k]).length;
    }
    return { milliseconds, quality: right / labels.length };
  }
}

function build({ layers }: Contender): Layers.Sequential {
  const { conv2d, dense, flatten, maxPooling2d } = layers.layers;
  const convolution = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  return layers.sequential({
    layers: [
      conv2d({ ...convolution, filters: 32, inputShape: [28, 28, 1] }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ ...convolution, filters: 64 }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ ...convolution, filters: 64 }),
      flatten(),
      dense({ units: 128 }),
      dense({ units: CLASSES }),
    ],
  });
}

function readSplit(data: string, split: 'train' | 't10k'): { images: Float32Array; labels: Uint8Array } {
  const read = (kind: string, header: number): Uint8Array =>
    gunzipSync(readFileSync(path.join(data, `${split}-${kind}-ubyte.gz`))).subarray(header);
  const pixels = read('images-idx3', 16);
  return { images: Float32Array.from(pixels, (value) => value / 127.5 - 1), labels: read('labels-idx1', 8) };
}
