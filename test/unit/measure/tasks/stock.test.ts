import { beforeAll, describe, expect, it } from 'vitest';
import { Sample } from '../../../../src/engine/measure/sample';
import { evaluateModel } from '../../../../src/engine/measure/evaluate';
import { withTask } from '../../../../src/engine/measure/tasked-network';
import { networkOf } from '../../../../src/engine/model/layers-model/network';
import { layers } from '../../../../src/engine/model/layers-model/tfjs-layers';
import { trainableOf } from '../../../../src/engine/model/network';
import { tf } from '../../../../src/engine/tf';
import { Adam } from '../../../../src/engine/train/adam';
import { Steps } from '../../../../src/engine/train/step';
import { teacherOf } from '../../../../src/engine/train/teacher';
import type { MetricValue } from '../../../../src/protocol/metric';
import { examplesOf, type Given } from '../../dataset/examples-of';

const { layers: l } = layers;
const COUNT = 30;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const waves = (length: number, by: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(by * i + i * i)); // prettier-ignore
const kernelInitializer = layers.initializers.glorotUniform({ seed: 4 });
const valueOf = (metrics: readonly MetricValue[], name: string, output?: string): number =>
  metrics.find((one) => one.name === name && one.output === output)!.value;

/** The loss and a metric of stock TensorFlow.js. */
function stock(model: layers.LayersModel, loss: string, metric: string, x: tf.Tensor, y: tf.Tensor): number[] {
  model.compile({ optimizer: 'sgd', loss, metrics: [metric] });
  return (model.evaluate(x, y, { batchSize: COUNT }) as tf.Scalar[]).map((one) => one.dataSync()[0]!);
}

describe('a task is measured as stock TensorFlow.js measures it', () => {
  it.each(['meanSquaredError', 'meanAbsoluteError'] as const)('regression by %s', async (loss) => {
    const model = layers.sequential({ layers: [l.dense({ units: 2, inputShape: [5], kernelInitializer })] });
    const [values, targets] = [waves(COUNT * 5, 1), waves(COUNT * 2, 2)];
    const name = loss === 'meanSquaredError' ? 'mean_squared_error' : 'mean_absolute_error';
    const given: Given = { values, shape: [5], numbers: { values: targets, shape: [2] }, said: { loss: name } };
    const { metrics, loss: found, tasks } = await evaluateModel(networkOf(model), examplesOf(given), { batchSize: 7 });
    const [expected, mae] = stock(model, loss, 'mae', tf.tensor(values, [COUNT, 5]), tf.tensor(targets, [COUNT, 2]));
    expect(tasks?.[0]?.name).toBe('regression');
    expect(found).toBeCloseTo(expected!, 5);
    expect(valueOf(metrics, 'mae')).toBeCloseTo(mae!, 5);
  });

  it('one sigmoid unit', async () => {
    const model = layers.sequential({
      layers: [l.dense({ units: 1, inputShape: [5], activation: 'sigmoid', kernelInitializer })],
    });
    const [values, labels] = [waves(COUNT * 5, 1), Int32Array.from({ length: COUNT }, (_, i) => (i * i) % 2)];
    const { metrics, loss, confusion } = await evaluateModel(networkOf(model), examplesOf({ values, shape: [5], labels }), {}); // prettier-ignore
    const y = tf.tensor([...labels], [COUNT, 1], 'float32');
    const [expected, accuracy] = stock(model, 'binaryCrossentropy', 'binaryAccuracy', tf.tensor(values, [COUNT, 5]), y);
    expect(loss).toBeCloseTo(expected!, 5);
    expect(valueOf(metrics, 'accuracy')).toBeCloseTo(accuracy!, 6);
    expect(confusion.map((row) => row.length)).toEqual([2, 2]);
  });

  it('labels', async () => {
    const model = layers.sequential({
      layers: [l.dense({ units: 3, inputShape: [5], activation: 'sigmoid', kernelInitializer })],
    });
    const values = waves(COUNT * 5, 1);
    const khot = Float32Array.from({ length: COUNT * 3 }, (_, i) => (i * i + i) % 3 === 0 ? 1 : 0); // prettier-ignore
    const given: Given = { values, shape: [5], numbers: { values: khot, shape: [3] } };
    const { metrics, loss, tasks } = await evaluateModel(networkOf(model), examplesOf(given), {});
    const [expected, accuracy] = stock(model, 'binaryCrossentropy', 'binaryAccuracy', tf.tensor(values, [COUNT, 5]), tf.tensor(khot, [COUNT, 3])); // prettier-ignore
    expect(tasks?.[0]?.name).toBe('multi-label');
    expect(loss).toBeCloseTo(expected!, 5);
    expect(valueOf(metrics, 'accuracy')).toBeCloseTo(accuracy!, 6);
  });

  it('the reproduction of pixels, scaled to the range of the outputs', async () => {
    const model = layers.sequential({
      layers: [
        l.flatten({ inputShape: [2, 3, 1] }),
        l.dense({ units: 6, activation: 'sigmoid', kernelInitializer }),
        l.reshape({ targetShape: [2, 3, 1] }),
      ],
    });
    const values = Uint8Array.from({ length: COUNT * 6 }, (_, i) => (i * i * 7) % 256);
    const normalization = { mean: 0.5, std: 0.5 };
    const lookup = Float32Array.from({ length: 256 }, (_, x) => (x / 255 - 0.5) / 0.5);
    const given: Given = { values, shape: [2, 3, 1], lookup, normalization };
    const { metrics, loss } = await evaluateModel(networkOf(model), examplesOf(given), {});
    const pixels = tf.div(tf.tensor([...values], [COUNT, 2, 3, 1]), 255);
    const [expected, mae] = stock(model, 'meanSquaredError', 'mae', tf.sub(tf.mul(pixels, 2), 1), pixels);
    expect(loss).toBeCloseTo(expected!, 5);
    expect(valueOf(metrics, 'rmse')).toBeCloseTo(Math.sqrt(expected!), 5);
    expect(valueOf(metrics, 'mae')).toBeCloseTo(mae!, 5);
  });

  it.each(['numbers', 'one-hot'])('a class for each pixel, given as %s', async (form) => {
    const model = layers.sequential({
      layers: [l.conv2d({ filters: 3, kernelSize: 1, inputShape: [null, null, 2], activation: 'softmax', kernelInitializer })],
    }); // prettier-ignore
    const values = waves(COUNT * 8, 1);
    const masks = Float32Array.from({ length: COUNT * 4 }, (_, i) => (i * i) % 3);
    const onehot = Float32Array.from({ length: COUNT * 12 }, (_, i) => (masks[Math.floor(i / 3)] === i % 3 ? 1 : 0));
    const numbers = form === 'numbers' ? { values: masks, shape: [2, 2] } : { values: onehot, shape: [2, 2, 3] };
    const { metrics, loss, tasks, confusion } = await evaluateModel(networkOf(model), examplesOf({ values, shape: [2, 2, 2], numbers }), {}); // prettier-ignore
    const [expected, accuracy] = stock(model, 'categoricalCrossentropy', 'categoricalAccuracy', tf.tensor(values, [COUNT, 2, 2, 2]), tf.tensor(onehot, [COUNT, 2, 2, 3])); // prettier-ignore
    expect(tasks?.[0]?.name).toBe('pixel-classification');
    expect(metrics[0].name).toBe('iou');
    expect(loss).toBeCloseTo(expected!, 5);
    expect(valueOf(metrics, 'accuracy')).toBeCloseTo(accuracy!, 6);
    expect(confusion.flat().reduce((a, b) => a + b, 0)).toBe(COUNT * 4);
  });
});

/** Two inputs and two outputs, by name. */
function pair() {
  const [title, tags] = [layers.input({ shape: [4], name: 'title' }), layers.input({ shape: [2], name: 'tags' })];
  const joined = l.concatenate().apply([title, tags]) as layers.SymbolicTensor;
  const price = l.dense({ units: 1, name: 'price', kernelInitializer }).apply(joined) as layers.SymbolicTensor;
  const kind = l.dense({ units: 3, activation: 'softmax', name: 'kind', kernelInitializer }).apply(joined) as layers.SymbolicTensor; // prettier-ignore
  const model = layers.model({ inputs: [title, tags], outputs: [price, kind] });
  const arrays = {
    title: { values: waves(COUNT * 4, 1), shape: [4] },
    tags: { values: waves(COUNT * 2, 2), shape: [2] },
    price: { values: waves(COUNT, 3), shape: [] },
    kind: { values: Float32Array.from({ length: COUNT }, (_, i) => (i * i) % 3), shape: [] },
  };
  const { values, shape } = arrays.title;
  const examples = (outputs = {}) =>
    examplesOf({ values, shape, named: new Map(Object.entries(arrays)), said: { outputs } });
  return { model, arrays, examples };
}

describe('several inputs and outputs', () => {
  it('are found by name, measured each, and their losses summed up by weight', async () => {
    const { model, arrays, examples } = pair();
    const network = networkOf(model);
    const { metrics, loss, tasks } = await evaluateModel(network, examples({ kind: { weight: 0.5 } }), {
      batchSize: 8,
    });
    const x = [tf.tensor(arrays.title.values, [COUNT, 4]), tf.tensor(arrays.tags.values, [COUNT, 2])];
    const [answers, shares] = model.predict(x) as tf.Tensor[];
    const rows = tf.cast(tf.oneHot(tf.tensor1d([...arrays.kind.values], 'int32'), 3), 'float32');
    const price = tf.losses.meanSquaredError(tf.tensor(arrays.price.values, [COUNT, 1]), answers!).dataSync()[0];
    const kind = tf.neg(tf.mean(tf.sum(tf.mul(rows, tf.log(shares!)), 1))).dataSync()[0];
    expect(tasks?.map(({ name, output }) => [name, output])).toEqual([['regression', 'price'], ['classification', 'kind']]); // prettier-ignore
    expect(valueOf(metrics, 'loss', 'price')).toBeCloseTo(price!, 5);
    expect(valueOf(metrics, 'loss', 'kind')).toBeCloseTo(kind!, 5);
    expect(loss).toBeCloseTo(price! + 0.5 * kind!, 5);
    expect(metrics[0]).toEqual({ name: 'loss', value: loss, better: 'lower' });
  });

  it('are trained on that sum, and scanned', async () => {
    const { model, examples } = pair();
    const [network, data] = [networkOf(model), examples()];
    const before = await evaluateModel(network, data, {});
    const adam = new Adam(trainableOf(network), { masks: new Map() });
    const steps = new Steps({ tasked: withTask(network, data), weights: trainableOf(network), adam, seeds: [1] });
    for (let i = 0; i < 20; i++) await steps.take(data.batch(0, COUNT), 0.05, i);
    const after = await evaluateModel(network, data, {});
    for (const output of ['price', 'kind'])
      expect(valueOf(after.metrics, 'loss', output)).toBeLessThan(valueOf(before.metrics, 'loss', output));
    const sample = new Sample(data, COUNT);
    const { loss } = await sample.measuring(network, (measure) => measure(new AbortController().signal));
    expect(loss).toBeCloseTo(after.loss, 5);
    expect(sample.trivial.loss).toBeCloseTo(sample.trivial.main!, 10);
    steps.dispose();
    adam.dispose();
  });

  it('that the data does not have are named', () => {
    const { model, arrays } = pair();
    const named = new Map(Object.entries(arrays).filter(([name]) => name !== 'price'));
    const examples = examplesOf({ values: arrays.title.values, shape: [4], named });
    expect(() => withTask(networkOf(model), examples)).toThrow(/has an output "price", but the data has no array of that name \(its arrays are title, tags, kind\)/); // prettier-ignore
    const said = { outputs: { price: { target: 'kind' } }, inputs: { tags: 'title' } };
    const other = examplesOf({ values: arrays.title.values, shape: [4], named, said });
    expect(() => withTask(networkOf(model), other)).toThrow(/model takes input of shape \[\?, 2\]/);
  });
});

it('a regression learns from a teacher by the squared error', async () => {
  const make = (seed: number) => layers.sequential({ layers: [l.dense({ units: 2, inputShape: [5], kernelInitializer: layers.initializers.glorotUniform({ seed }) })] }); // prettier-ignore
  const numbers = { values: waves(COUNT * 2, 2), shape: [2] };
  const data = examplesOf({ values: waves(COUNT * 5, 1), shape: [5], numbers });
  const [student, teaching] = [networkOf(make(1)), networkOf(make(2))];
  const teacher = await teacherOf(withTask(teaching, data), data, { temperature: 4 });
  const weights = trainableOf(student);
  const adam = new Adam(weights, { masks: new Map() });
  const distillation = { teacher, temperature: 4, alpha: 1 };
  const steps = new Steps({ tasked: withTask(student, data), weights, adam, seeds: [1], distillation });
  for (let i = 0; i < 60; i++) await steps.take(data.batch(0, COUNT), 0.05, i);
  const apart = tf.tidy(() => {
    const [a, b] = [student, teaching].map((one) => withTask(one, data).scores(data.batch(0, COUNT)));
    return tf.mean(tf.squaredDifference(a!, b!)).dataSync()[0]!;
  });
  expect(apart).toBeLessThan(0.01);
});

it('masked steps, which Keras leaves out of the loss, are refused', () => {
  const model = layers.sequential({
    layers: [
      l.embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputLength: 6 }),
      l.lstm({ units: 4, returnSequences: true }),
      l.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  const values = Float32Array.from({ length: COUNT * 6 }, (_, i) => i % 9);
  const numbers = { values: Float32Array.from({ length: COUNT * 6 }, (_, i) => i % 3), shape: [6] };
  const examples = examplesOf({ values, shape: [6], numbers });
  expect(() => withTask(networkOf(model), examples)).toThrow(/Some steps of the output are masked/);
});
