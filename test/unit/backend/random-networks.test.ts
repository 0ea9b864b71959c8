import { afterAll, beforeAll, expect, test } from 'vitest';
import { disposeBackend, installBackend } from '../../../src/engine/backend/index';
import { layers, tf } from '../../../src/engine/backend/tf';
import { numbers, setWeights } from './networks';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

beforeAll(async () => {
  await installBackend({ threads: 1 });
});
afterAll(disposeBackend);

/** A small network of a random kind, with its input and loss. */
interface Case {
  readonly build: () => layers.Sequential;
  readonly input: number[];
  readonly images: Float32Array;
  readonly classes: Int32Array;
}

function randomCase(seed: number): Case {
  const random = numbers(64, seed);
  let next = 0;
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(((random[next++]! + 1) / 2) * choices.length)]!;
  const [side, channels, count] = [pick([8, 9]), pick([1, 3, 16]), pick([2, 5])];
  const blocks = Array.from({ length: pick([1, 2]) }, (_, depth) => ({
    filters: pick([8, 10, 16, 32]),
    kernelSize: pick([1, 2, 3, 5]),
    strides: pick([1, 1, 2]),
    padding: depth === 0 ? pick(['same', 'valid'] as const) : 'same', // What is left may be smaller than a kernel.
    activation: pick(['relu', 'relu', 'linear', 'sigmoid', 'elu'] as const),
    useBias: pick([true, true, false]),
    pool: pick(['max', 'max', 'average', null]),
  }));
  const softmax = pick([true, false]);
  const optimizer = pick([
    () => tf.train.adam(0.01, 0.9, 0.999, 0.01),
    () => tf.train.sgd(0.01),
    () => tf.train.rmsprop(0.01),
  ]);
  const build = (): layers.Sequential => {
    const { averagePooling2d, conv2d, dense, flatten, maxPooling2d } = layers.layers;
    const net = layers.sequential();
    net.add(layers.layers.inputLayer({ inputShape: [side, side, channels] }));
    for (const { pool, ...convolution } of blocks) {
      net.add(conv2d(convolution));
      if (pool !== null) net.add((pool === 'max' ? maxPooling2d : averagePooling2d)({ poolSize: 2, padding: 'same' }));
    }
    net.add(flatten());
    net.add(dense({ units: 4, activation: softmax ? 'softmax' : 'linear' }));
    net.compile({ optimizer: optimizer(), loss: softmax ? 'categoricalCrossentropy' : 'meanSquaredError' });
    return net;
  };
  const images = numbers(count * side * side * channels, seed + 100).map((value) => Math.round(value * 8) / 8);
  const classes = Int32Array.from({ length: count }, (_, i) => (i + seed) % 4);
  return { build, input: [count, side, side, channels], images, classes };
}

/** Two training steps: the losses, then the predictions, then all weights. */
async function train({ build, input, images, classes }: Case): Promise<number[]> {
  const net = build();
  setWeights(net);
  const x = tf.tensor(images, input);
  const y = tf.oneHot(tf.tensor1d(classes, 'int32'), 4).toFloat();
  const losses = [Number(await net.trainOnBatch(x, y)), Number(await net.trainOnBatch(x, y))];
  const predictions = net.predict(x) as tf.Tensor;
  const weights = net.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
  return [...losses, ...Array.from(predictions.dataSync()), ...weights];
}

test.each(SEEDS)('random network %i trains as on the cpu backend', async (seed) => {
  const network = randomCase(seed);
  await tf.setBackend('cpu');
  const expected = await train(network);
  await tf.setBackend('onnxruntime');
  const actual = await train(network);
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(
    ...actual.map((value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!))),
  );
  expect(worst).toBeLessThan(1e-3);
});
