import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backendStats, disposeBackend, installBackend } from '../../src/index';
import { tf } from '../../testing/tf';
import { buildLayerNetwork, layerExamples, type LayerNetwork, layerNetworks } from '../../testing/networks/layers';
import { expectNear } from '../../testing/near';
import { expectAsCpu, gradientOf, image, tensor } from './compare';
import { setWeights } from './networks';

beforeAll(async () => {
  await installBackend({ threads: 1, onFallback: 'throw' });
});
afterAll(disposeBackend);

interface Computed {
  readonly loss: number;
  readonly predictions: number[];
  /** The gradient of each weight, in the order of the network. */
  readonly gradients: number[][];
}

/** Loss, predictions and, in training, all gradients on the active backend. */
function compute(network: LayerNetwork, training: boolean): Computed {
  const net = buildLayerNetwork(network);
  setWeights(net);
  const { x, y } = layerExamples(network);
  const loss = (): tf.Scalar => tf.losses.meanSquaredError(y, net.apply(x, { training }) as tf.Tensor);
  const predictions = Array.from((net.predict(x) as tf.Tensor).dataSync());
  if (!training) return { loss: loss().dataSync()[0]!, predictions, gradients: [] };
  const { value, grads } = tf.variableGrads(loss);
  const gradients = net.trainableWeights.map((weight) => {
    const gradient = grads[weight.name];
    return Array.from(gradient?.dataSync() ?? []);
  });
  return { loss: value.dataSync()[0]!, predictions, gradients };
}

describe.each(layerNetworks.map((network) => [network.name, network] as const))('%s', (_, network) => {
  test('trains and evaluates with native kernels only', async () => {
    await tf.setBackend('onnxruntime');
    const net = buildLayerNetwork(network);
    net.compile({ optimizer: tf.train.adam(1e-2), loss: 'meanSquaredError' });
    const { x, y } = layerExamples(network);
    const before = net.getWeights().map((weight) => Array.from(weight.dataSync()));
    const loss = Number(await net.trainOnBatch(x, y));
    const evaluated = net.evaluate(x, y, { batchSize: 4 }) as tf.Scalar;
    expect(Number.isFinite(loss) && Number.isFinite(evaluated.dataSync()[0])).toBe(true);
    expect(net.getWeights().map((weight) => Array.from(weight.dataSync()))).not.toEqual(before);
    expect(backendStats().fallbacks).toEqual({});
  });
});

const deterministic = layerNetworks.filter((network) => network.random !== true);
describe.each(deterministic.map((network) => [network.name, network] as const))('%s', (_, network) => {
  test('has the loss, predictions and gradients of the cpu backend', async () => {
    const training = network.untrainable !== true;
    await tf.setBackend('cpu');
    const expected = compute(network, training);
    await tf.setBackend('onnxruntime');
    const actual = compute(network, training);
    expect(actual.loss).toBeCloseTo(expected.loss, 5);
    expectNear(actual.predictions, expected.predictions, 'predictions');
    expect(actual.gradients).toHaveLength(expected.gradients.length);
    for (const [i, gradient] of actual.gradients.entries())
      expectNear(gradient, expected.gradients[i]!, `gradient ${i}`);
  });
});

/** Inserts zeros between the taps of a filter. */
function dilate(filter: tf.Tensor, step: number): tf.Tensor {
  const [h, w] = filter.shape as [number, number];
  const taps = filter.reshape([h, w, -1]);
  const rows = Array.from({ length: (h - 1) * step + 1 }, (_, y) =>
    tf.stack(
      Array.from({ length: (w - 1) * step + 1 }, (__, x) =>
        y % step === 0 && x % step === 0
          ? tf.slice(taps, [y / step, x / step, 0], [1, 1, -1]).flatten()
          : tf.zeros([taps.shape[2]!]),
      ),
    ),
  );
  return tf.stack(rows).reshape([rows.length, (w - 1) * step + 1, ...filter.shape.slice(2)]);
}

test.each(['same', 'valid'] as const)(
  'dilated convolutions have the gradients of filters with zeros, %s',
  async (pad) => {
    const x = (): tf.Tensor4D => image([2, 9, 8, 4]);
    const filter = (): tf.Tensor4D => image([3, 2, 4, 3], 2);
    const convolved = (y: tf.Tensor, taps: tf.Tensor, step: number): tf.Tensor =>
      tf.conv2d(y as tf.Tensor4D, taps as tf.Tensor4D, 1, pad, 'NHWC', step);
    const depthwise = (y: tf.Tensor, taps: tf.Tensor, step: number): tf.Tensor =>
      tf.depthwiseConv2d(y as tf.Tensor4D, taps as tf.Tensor4D, 1, pad, 'NHWC', step);
    for (const convolve of [convolved, depthwise])
      for (const step of [2, 3]) {
        const gradients = (taps: (filter: tf.Tensor) => tf.Tensor, by: number): number[][] =>
          [
            gradientOf((y) => convolve(y, taps(filter()), by), x()),
            gradientOf((y) => convolve(x(), taps(y), by), filter()),
          ].map((gradient) => Array.from(gradient.dataSync()));
        await tf.setBackend('cpu');
        const expected = gradients((taps) => dilate(taps, step), 1);
        await tf.setBackend('onnxruntime');
        const actual = gradients((taps) => taps, step);
        for (const [i, gradient] of actual.entries()) expectNear(gradient, expected[i]!, `gradient ${i}`);
        expect(backendStats().fallbacks).toEqual({});
      }
  },
);

test('the gradient of a tile is the sum over repetitions, in few operations', () => {
  const x = tensor([1, 1, 1, 2]);
  const before = backendStats().compileMs;
  const gradient = gradientOf((y) => tf.tile(y, [100, 7, 7, 1]), x);
  const wanted = tf.sum(tensor([100, 7, 7, 2], 9), [0, 1, 2]);
  expectNear(gradient.dataSync(), wanted.dataSync());
  expect(backendStats().compileMs - before).toBeLessThan(5_000);
});

test('a transposed convolution of volumes has the gradient of a convolution', () => {
  const [filter, y] = [tensor([2, 3, 3, 4, 2], 2), tensor([1, 2, 3, 3, 2], 3)];
  const transposed = (dy: tf.Tensor): tf.Tensor =>
    tf.conv3dTranspose(dy as tf.Tensor5D, filter as tf.Tensor5D, [1, 4, 6, 6, 4], 2, 'same');
  const gradient = gradientOf(transposed, y);
  const convolved = tf.conv3d(tensor([1, 4, 6, 6, 4], 9) as tf.Tensor5D, filter as tf.Tensor5D, 2, 'same');
  expectNear(gradient.dataSync(), convolved.dataSync());
});

const EQUATIONS: readonly (readonly [string, number[][]])[] = [
  [
    'ij,jk->ik',
    [
      [3, 4],
      [4, 5],
    ],
  ],
  [
    'abc,cde->abde',
    [
      [2, 3, 4],
      [4, 2, 3],
    ],
  ],
  [
    'aecd,abcd->acbe',
    [
      [2, 5, 3, 4],
      [2, 6, 3, 4],
    ],
  ],
  [
    'acbe,aecd->abcd',
    [
      [2, 3, 4, 5],
      [2, 5, 3, 4],
    ],
  ],
  ['i,j->ij', [[3], [4]]],
  [
    'ab,ab->',
    [
      [3, 4],
      [3, 4],
    ],
  ],
  ['bij->bji', [[2, 3, 4]]],
  ['bij->j', [[2, 3, 4]]],
  [
    'ijk,jl->il',
    [
      [2, 3, 4],
      [3, 5],
    ],
  ],
];
test.each(EQUATIONS)('einsum %s and its gradients', async (equation, shapes) => {
  const inputs = (): tf.Tensor[] => shapes.map((shape, i) => tensor(shape, i + 2));
  const of = (...operands: tf.Tensor[]): tf.Tensor => tf.einsum(equation, ...operands);
  await expectAsCpu(() => [of(...inputs())]);
  // Checks the gradient by the derivative along a direction, from differences.
  for (const [position, shape] of shapes.entries()) {
    const direction = tensor(shape, 7);
    const along = (step: number): number =>
      tf.tidy(() => {
        const moved = inputs().map((x, i) => (i === position ? tf.add(x, tf.mul(direction, step)) : x));
        const result = of(...moved);
        return tf.sum(tf.mul(result, tensor(result.shape, 9))).dataSync()[0]!;
      });
    const gradient = gradientOf((x) => of(...inputs().map((y, i) => (i === position ? x : y))), inputs()[position]!);
    const slope = tf.sum(tf.mul(gradient, direction)).dataSync()[0]!;
    expect(slope).toBeCloseTo((along(0.5) - along(-0.5)) / 1, 3);
  }
});
