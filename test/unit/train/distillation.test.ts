import { beforeAll, describe, expect, it } from 'vitest';
import { withTask } from '../../../src/engine/measure/tasked-network';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { layers, type LayersModel } from '../../../src/engine/model/layers-model/tfjs-layers';
import { trainableOf } from '../../../src/engine/model/network';
import { tf } from '../../../src/engine/tf';
import { Adam } from '../../../src/engine/train/adam';
import { Steps } from '../../../src/engine/train/step';
import { teacherOf } from '../../../src/engine/train/teacher';
import { examplesOf, type Given } from '../dataset/examples-of';

const { layers: l } = layers;
const COUNT = 12;
const [ALPHA, T] = [0.7, 2.5];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * i));
const every = (length: number, classes: number): Float32Array => Float32Array.from({ length }, (_, i) => (i * i) % classes); // prettier-ignore
const kernel = (seed: number) => ({ kernelInitializer: layers.initializers.glorotUniform({ seed }) });

/** The gradients of a step of distillation by the engine, and those of a loss that is written out; by place. */
async function gradients(
  make: (seed: number) => LayersModel,
  given: Given,
  loss: (student: tf.Tensor[], teacher: tf.Tensor[]) => tf.Tensor,
): Promise<[engine: number[][], expected: number[][]]> {
  const data = examplesOf(given);
  const [student, teaching] = [make(1), make(2)];
  const network = networkOf(student);
  const weights = trainableOf(network);
  const adam = new Adam(weights, { masks: new Map() });
  const seen: Record<string, number[]> = {};
  adam.apply = (found) => {
    for (const [name, gradient] of Object.entries(found)) seen[name] = [...gradient.dataSync<'float32'>()];
  };
  const teacher = await teacherOf(withTask(networkOf(teaching), data), data, { temperature: T });
  const distillation = { teacher, temperature: T, alpha: ALPHA };
  const steps = new Steps({ tasked: withTask(network, data), weights, adam, seeds: [1], distillation });
  await steps.take(data.batch(0, COUNT), 0.01, 0);
  const x = tf.tensor(given.values, [COUNT, ...given.shape]);
  const outputs = (model: LayersModel): tf.Tensor[] => [model.apply(x) as tf.Tensor | tf.Tensor[]].flat();
  const { grads } = tf.variableGrads(
    () => loss(outputs(student), outputs(teaching)).asScalar(),
    weights.map(({ variable }) => variable),
  );
  const names = Object.keys(grads);
  return [names.map((name) => seen[name]!), names.map((name) => [...grads[name]!.dataSync()])];
}

function expectClose([engine, expected]: [number[][], number[][]]): void {
  expect(engine.length).toBeGreaterThan(0);
  expect(expected.flat().some((value) => Math.abs(value) > 1e-3)).toBe(true);
  for (const [i, values] of expected.entries())
    for (const [j, value] of values.entries()) expect(engine[i]![j]).toBeCloseTo(value, 4);
}

/** The mean of -p log q - (1 - p) log(1 - q). */
const binary = (p: tf.Tensor, q: tf.Tensor): tf.Tensor =>
  tf.neg(tf.mean(tf.add(tf.mul(p, tf.log(q)), tf.mul(tf.sub(1, p), tf.log(tf.sub(1, q))))));
/** The mean over rows of KL(p || q) of classes along the last axis. */
const divergence = (p: tf.Tensor, q: tf.Tensor): tf.Tensor =>
  tf.mean(tf.sum(tf.mul(p, tf.sub(tf.log(p), tf.log(q))), -1));
const softened = (shares: tf.Tensor): tf.Tensor => tf.softmax(tf.div(tf.log(shares), T));
const sharedOf = (shares: tf.Tensor): tf.Tensor => tf.sigmoid(tf.div(tf.sub(tf.log(shares), tf.log(tf.sub(1, shares))), T)); // prettier-ignore
const both = (taught: tf.Tensor, given: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(taught, ALPHA * T * T), tf.mul(given, 1 - ALPHA));

describe('the loss of a distillation is alpha T^2 of the softened answers and 1 - alpha of the targets', () => {
  it('for labels, each by itself', async () => {
    const khot = every(COUNT * 3, 2);
    const make = (seed: number) =>
      layers.sequential({ layers: [l.dense({ units: 3, inputShape: [5], activation: 'sigmoid', ...kernel(seed) })] });
    const given: Given = { values: wave(COUNT * 5), shape: [5], numbers: { values: khot, shape: [3] } };
    const y = tf.tensor(khot, [COUNT, 3]);
    expectClose(await gradients(make, given, ([q], [p]) => both(binary(sharedOf(p!), sharedOf(q!)), binary(y, q!))));
  });

  it('for the classes of pixels', async () => {
    const classes = every(COUNT * 4, 3);
    const make = (seed: number) =>
      layers.sequential({
        layers: [l.conv2d({ filters: 3, kernelSize: 1, inputShape: [2, 2, 2], activation: 'softmax', ...kernel(seed) })],
      }); // prettier-ignore
    const given: Given = { values: wave(COUNT * 8), shape: [2, 2, 2], numbers: { values: classes, shape: [2, 2] } };
    const y = tf.oneHot(tf.tensor([...classes], [COUNT, 2, 2], 'int32'), 3);
    const entropy = (q: tf.Tensor): tf.Tensor => tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(q)), -1)));
    expectClose(await gradients(make, given, ([q], [p]) => both(divergence(softened(p!), softened(q!)), entropy(q!))));
  });

  it('for several outputs, with their weights', async () => {
    const make = (seed: number): LayersModel => {
      const x = layers.input({ shape: [4], name: 'x' });
      const price = l.dense({ units: 1, name: 'price', ...kernel(seed) }).apply(x);
      const kind = l.dense({ units: 3, name: 'kind', activation: 'softmax', ...kernel(seed + 7) }).apply(x);
      return layers.model({ inputs: x, outputs: [price, kind] as layers.SymbolicTensor[] });
    };
    const [prices, kinds] = [wave(COUNT), every(COUNT, 3)];
    const values = wave(COUNT * 4);
    const named = new Map([
      ['x', { values, shape: [4] }],
      ['price', { values: prices, shape: [] }],
      ['kind', { values: kinds, shape: [] }],
    ]);
    const said = { outputs: { price: { weight: 0.3 } } };
    const y = tf.oneHot(tf.tensor1d([...kinds], 'int32'), 3);
    expectClose(
      await gradients(make, { values, shape: [4], named, said }, ([cost, q], [taught, p]) => {
        const squares = (t: tf.Tensor): tf.Tensor => tf.mean(tf.square(tf.sub(t, cost!)));
        const numbers = tf.add(tf.mul(squares(taught!), ALPHA), tf.mul(squares(tf.tensor(prices, [COUNT, 1])), 1 - ALPHA)); // prettier-ignore
        const entropy = tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(q!)), -1)));
        return tf.add(tf.mul(numbers, 0.3), both(divergence(softened(p!), softened(q!)), entropy));
      }),
    );
  });
});
