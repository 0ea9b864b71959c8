import { afterAll, beforeAll, expect, test } from 'vitest';
import { backendStats, disposeBackend, installBackend } from '../../src/index';
import { layers, tf } from '../../testing/tf';
import { numbers } from '../../testing/networks';
import { type Pick, randomNetwork } from './random-layers';

const SEEDS = Array.from({ length: 240 }, (_, i) => i + 1);
const TOLERANCE = 1e-4;

beforeAll(async () => {
  await installBackend({ threads: 1, onFallback: 'throw' });
});
afterAll(disposeBackend);

/** The low bits of the generator repeat soon, and the first numbers of neighboring seeds are alike. */
function picker(seed: number): Pick {
  const random = numbers(200, seed * 7919).slice(8);
  let next = 0;
  return (choices) => choices[Math.floor(((random[next++ % random.length]! + 1) / 2) * choices.length)]!;
}

/** Sets weights that are the same on each call; variances are positive. */
function setWeights(net: layers.LayersModel): void {
  const weights = net.weights.map((weight, i) => {
    const fanIn = weight.shape.slice(0, -1).reduce<number>((product, length) => product * length!, 1);
    const values = numbers(tf.util.sizeFromShape(weight.shape as number[]), i + 3);
    const isScale = /variance|gamma/.test(weight.name);
    return tf.tensor(
      values.map((value) => (isScale ? 1 + value / 2 : value / Math.sqrt(fanIn))),
      weight.shape as number[],
    );
  });
  net.setWeights(weights);
  tf.dispose(weights);
}

const isVariable = (tensor: tf.Tensor): tensor is tf.Variable => tensor instanceof tf.Variable;

/** Takes two training steps of the network of a seed; returns losses, predictions and weights. */
async function train(seed: number): Promise<{ what: string; values: number[] }[]> {
  const pick = picker(seed);
  const net = randomNetwork(pick);
  setWeights(net);
  const shape = net.inputs[0]!.shape.slice(1) as number[];
  const count = pick([2, 5]);
  const pixels = numbers(count * tf.util.sizeFromShape(shape), seed + 100);
  const isTokens = shape.length === 1;
  const x = tf.tensor(isTokens ? pixels.map((value) => Math.floor((value + 1) * 4)) : pixels, [count, ...shape]);
  const y = tf.oneHot(tf.tensor1d(Int32Array.from({ length: count }, (_, i) => (i + seed) % 4)), 4).toFloat();
  const optimizer = pick([() => tf.train.sgd(0.01), () => tf.train.momentum(0.01, 0.9)])();
  net.compile({ optimizer, loss: pick(['meanSquaredError', 'meanAbsoluteError']) });
  const losses = [Number(await net.trainOnBatch(x, y)), Number(await net.trainOnBatch(x, y))];
  const predictions = Array.from((net.predict(x) as tf.Tensor).dataSync());
  const weights = net.weights.map((weight) => ({
    what: weight.name.replace(/_?\d+/g, ''),
    values: Array.from(weight.read().dataSync()),
  }));
  tf.disposeVariables();
  return [{ what: 'losses', values: losses }, { what: 'predictions', values: predictions }, ...weights];
}

test.each(SEEDS)('random network %i trains as on the cpu backend', async (seed) => {
  await tf.setBackend('cpu');
  const expected = await train(seed);
  await tf.setBackend('onnxruntime');
  const actual = await train(seed);
  expect(actual.map(({ what, values }) => [what, values.length])).toEqual(
    expected.map(({ what, values }) => [what, values.length]),
  );
  const far = actual.flatMap(({ what, values }, k) =>
    values.flatMap((value, i) => {
      const wanted = expected[k]!.values[i]!;
      return Math.abs(value - wanted) <= TOLERANCE * Math.max(1, Math.abs(wanted)) ? [] : [[what, value, wanted]];
    }),
  );
  expect(far.slice(0, 5)).toEqual([]);
  expect(backendStats().fallbacks).toEqual({});
});

test('Adam turns rounding errors into steps while the gradients agree', async () => {
  const run = async (backend: string) => {
    await tf.setBackend(backend);
    const { batchNormalization, conv2d, dense, flatten } = layers.layers;
    const convolution = conv2d({ filters: 16, kernelSize: 3, inputShape: [6, 6, 1], name: 'convolution' });
    const net = layers.sequential({ layers: [convolution, batchNormalization(), flatten(), dense({ units: 1 })] });
    setWeights(net);
    const x = tf.tensor(numbers(5 * 36), [5, 6, 6, 1]);
    const variables = net.trainableWeights.map((weight) => weight.read()).filter(isVariable);
    expect(variables).toHaveLength(net.trainableWeights.length);
    const loss = (): tf.Scalar => tf.mean(tf.square(net.apply(x, { training: true }) as tf.Tensor));
    const { grads } = tf.variableGrads(loss, variables);
    const gradients = variables.map((variable) => Array.from(grads[variable.name]!.dataSync()));
    const bias = variables.findIndex(({ rank }) => rank === 1);
    const before = variables[bias]!.dataSync().slice();
    tf.train
      .adam(0.01, 0.9, 0.999, 1e-12)
      .applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    const moved = Array.from(variables[bias]!.dataSync(), (value, i) => value - before[i]!);
    tf.disposeVariables();
    return { gradients, bias: gradients[bias]!, moved };
  };
  const [expected, actual] = [await run('cpu'), await run('onnxruntime')];
  const largest = (values: number[]): number => Math.max(...values.map(Math.abs));
  actual.gradients.forEach((values, k) => {
    const differences = values.map((value, i) => value - expected.gradients[k]![i]!);
    expect(largest(differences)).toBeLessThanOrEqual(TOLERANCE * Math.max(1, largest(expected.gradients[k]!)));
  });
  // A bias before normalization changes nothing: its true gradient is zero, so the computed one is rounding.
  expect(largest(expected.bias)).toBeLessThan(1e-5);
  expect(largest(actual.bias)).toBeLessThan(1e-5);
  // Adam moved it anyway, by the learning rate in the direction of the rounding.
  expect(largest(expected.moved)).toBeGreaterThan(0.005);
});
