import { afterAll, beforeAll, describe, test } from 'vitest';
import { disposeBackend, installBackend } from '../../src/index';
import { tf } from '../../testing/tf';
import { expectAsCpu, gradientOf, image, tensor } from './compare';
import { numbers } from '../../testing/networks';

beforeAll(async () => {
  await installBackend({ threads: 1, onFallback: 'throw' });
});
afterAll(disposeBackend);

const ints = (shape: number[], seed = 1): tf.Tensor =>
  tf.tensor(
    Int32Array.from(numbers(tf.util.sizeFromShape(shape), seed), (x) => Math.floor(x * 5)),
    shape,
    'int32',
  );
const special = (): tf.Tensor => tf.tensor([1, Number.NaN, -2, 0, Infinity, -Infinity, 0.5, -0.25], [2, 4]);

/** Calls of each family of kernels; all must be native. */
const families: Readonly<Record<string, () => tf.Tensor | tf.Tensor[]>> = {
  unary: () => {
    const x = tensor([3, 5]);
    const positive = tf.add(tf.abs(x), 0.1);
    const plain = [
      tf.round,
      tf.abs,
      tf.ceil,
      tf.cos,
      tf.elu,
      tf.erf,
      tf.exp,
      tf.floor,
      tf.neg,
      tf.relu,
      tf.relu6,
      tf.selu,
    ];
    const other = [tf.sigmoid, tf.sin, tf.softplus, tf.square, tf.tanh, tf.step];
    const ofPositive = [tf.log, tf.log1p, tf.reciprocal, tf.rsqrt, tf.sqrt];
    return [...plain, ...other].map((f) => f(x)).concat(ofPositive.map((f) => f(positive)));
  },
  'unary with parameters': () => {
    const x = tensor([3, 5]);
    return [tf.leakyRelu(x, 0.3), tf.clipByValue(x, -0.3, 0.4), tf.step(x, 0.5), tf.cast(tf.mul(x, 4), 'int32')];
  },
  'unary of special numbers': () => {
    const x = special();
    return [tf.relu(x), tf.abs(x), tf.neg(x), tf.step(x, 0.5), tf.square(x), tf.exp(x), tf.sigmoid(x)];
  },
  binary: () => {
    const [a, b] = [tensor([4, 3]), tensor([3], 2)];
    const arithmetic = [tf.add, tf.sub, tf.mul, tf.div, tf.maximum, tf.minimum, tf.squaredDifference].map((f) =>
      f(a, b),
    );
    const compared = [tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual].map((f) => f(a, b));
    return [...arithmetic, ...compared, tf.pow(tf.abs(a), b), tf.add(ints([4, 3]), ints([4, 1], 2))];
  },
  logical: () => {
    const [a, b] = [tf.greater(tensor([6]), 0), tf.greater(tensor([6], 2), 0)];
    return [tf.logicalAnd(a, b), tf.logicalOr(a, b), tf.logicalNot(a), tf.all(a), tf.any(a)];
  },
  selection: () => {
    const [a, b] = [tensor([3, 2]), tensor([3, 2], 2)];
    return [tf.where(tf.greater(a, 0), a, b), tf.addN([a, b, a])];
  },
  reductions: () => {
    const x = tensor([3, 4, 5]);
    const axes = [undefined, 0, -1, [0, 1], [1, 2]];
    return axes.flatMap((axis) => [tf.sum, tf.mean, tf.max, tf.min, tf.prod].map((f) => f(x, axis)));
  },
  'reductions of integers and flags': () => {
    const x = ints([3, 4]);
    return [tf.sum(x, 0), tf.max(x, 1), tf.min(x), tf.mean(x, 0), tf.sum(tf.greater(x, 0), 1)];
  },
  'reductions of special numbers': () => {
    const x = special();
    return [tf.max(x, 0), tf.min(x, 1), tf.max(x), tf.min(x), tf.argMax(x, 1), tf.argMin(x, 1)];
  },
  'a large sum over rows': () => tf.sum(ints([20_000, 64]).toFloat(), 0),
  arguments: () => [tf.argMax(tensor([4, 6]), 1), tf.argMin(tensor([4, 6]), 0), tf.argMax(ints([4, 6]), 1)],
  softmax: () => [tf.softmax(tensor([4, 6])), tf.logSoftmax(tensor([4, 6])), tf.logSumExp(tensor([4, 6]), 1)],
  shapes: () => {
    const x = tensor([2, 3, 4]);
    return [
      tf.transpose(x, [2, 0, 1]),
      tf.concat([x, x], 1),
      tf.slice(tf.neg(x), [0, 1, 1], [2, 2, 2]),
      tf.slice(x, [1], [1]),
      tf.pad(x, [[0, 1], [1, 0], [2, 1]], 0.5), // prettier-ignore
      tf.tile(x, [1, 2, 1]),
      tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'), 1),
      tf.stack([x, x], 1),
      tf.expandDims(x, 1),
      tf.reshape(tf.neg(x), [4, -1]),
      ...tf.split(tf.neg(x), [1, 3], 2),
      ...tf.unstack(tf.neg(x), 1),
    ];
  },
  'one-hot': () => [
    tf.oneHot(tf.tensor1d([0, 2, -1, 7], 'int32'), 3),
    tf.oneHot(tf.tensor2d([[1, 0]], undefined, 'int32'), 2, 5, -5),
  ],
  constants: () => {
    const x = tensor([2, 2]);
    return [tf.zerosLike(x), tf.onesLike(x), tf.fill([2, 2], 3), tf.fill([2], 1, 'int32')];
  },
  'matrix products': () => {
    const [a, b] = [tensor([4, 5]), tensor([5, 3], 2)];
    const [s, t] = [tensor([2, 4, 5]), tensor([2, 5, 3], 2)];
    const products = [tf.matMul(a, b), tf.matMul(a, a, true), tf.matMul(b, b, false, true), tf.matMul(s, t)];
    const fused = (['linear', 'relu', 'elu', 'sigmoid', 'relu6', 'leakyrelu'] as const).map((activation) =>
      tf.fused.matMul({
        a,
        b,
        transposeA: false,
        transposeB: false,
        bias: tensor([3], 3),
        activation,
        leakyreluAlpha: 0.2,
      }),
    );
    return [...products, tf.matMul(s, s, true), ...fused];
  },
  convolutions: () =>
    [1, 3, 16, 20, 32].flatMap((channels) =>
      (
        [
          ['same', 1, 1],
          ['valid', 1, 1],
          ['same', 2, 1],
          ['valid', 1, 2],
        ] as const
      ).flatMap(([pad, stride, dilation]) => {
        // prettier-ignore
        const x = image([2, 7, 6, channels]);
        const wide = image([3, 3, channels, 32], 2);
        const odd = image([2, 3, channels, 5], 3);
        return [wide, odd].map((filter) => tf.conv2d(x, filter, stride, pad, 'NHWC', dilation));
      }),
    ),
  'fused convolutions': () =>
    (['linear', 'relu', 'elu', 'sigmoid', 'relu6', 'leakyrelu'] as const).map((activation) =>
      tf.fused.conv2d({
        ...{ x: image([2, 6, 6, 16]), filter: image([3, 3, 16, 16], 2), strides: 1, pad: 'same' },
        ...{ bias: tensor([16], 3), activation, leakyreluAlpha: 0.2 },
      }),
    ),
  'depthwise convolution': () => tf.depthwiseConv2d(image([2, 6, 6, 4]), image([3, 3, 4, 2], 2), 1, 'same'),
  'gradients of convolutions': () =>
    [1, 3, 16, 20].flatMap((channels) =>
      (
        [
          ['same', 1],
          ['valid', 1],
          ['same', 2],
          ['valid', 2],
        ] as const
      ).flatMap(([pad, stride]) => {
        // prettier-ignore
        const x = image([2, 7, 6, channels]);
        const filter = image([3, 3, channels, 16], 2);
        return [
          gradientOf((y) => tf.conv2d(y as tf.Tensor4D, filter, stride, pad), x),
          gradientOf((y) => tf.conv2d(x, y as tf.Tensor4D, stride, pad), filter),
        ];
      }),
    ),
  pools: () =>
    [3, 16].flatMap((channels) => {
      const x = image([2, 7, 6, channels]);
      return [
        tf.maxPool(x, 2, 2, 'valid'),
        tf.maxPool(x, 3, 2, 'same'),
        tf.avgPool(x, 2, 2, 'valid'),
        tf.avgPool(x, 3, 1, 'same'),
      ];
    }),
  'gradients of pools, ties included': () =>
    [3, 16].flatMap((channels) => {
      const x = tf.round(image([2, 6, 4, channels]));
      const settled = tf.tensor4d(x.dataSync(), x.shape);
      return [
        gradientOf((y) => tf.maxPool(y as tf.Tensor4D, 2, 2, 'valid'), settled),
        gradientOf((y) => tf.maxPool(tf.relu(y as tf.Tensor4D), [3, 2], [3, 2], 'valid'), settled),
        gradientOf((y) => tf.avgPool(y as tf.Tensor4D, 2, 2, 'valid'), settled),
      ];
    }),
  'convolution, bias, relu and pool with their gradients': () => {
    const [x, filter, bias] = [image([2, 8, 8, 3]), image([3, 3, 3, 16], 2), tensor([16], 3)];
    const net = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
      const convolved = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      const active = tf.relu(tf.add<tf.Tensor4D>(convolved, bias));
      return tf.sum(tf.square(tf.maxPool(active, 2, 2, 'valid')));
    };
    return tf.grads(net)([x, filter, bias]);
  },
  'the same with channels that do not fill their blocks': () => {
    const [x, first, second] = [image([3, 9, 9, 1]), image([2, 2, 1, 20], 2), image([3, 3, 20, 50], 3)];
    const net = (x: tf.Tensor, ...[f1, b1, f2, b2]: tf.Tensor[]): tf.Tensor => {
      const one = tf.add<tf.Tensor4D>(tf.conv2d(x as tf.Tensor4D, f1 as tf.Tensor4D, 1, 'valid'), b1!);
      const two = tf.conv2d(tf.maxPool(one, 2, 2, 'valid'), f2 as tf.Tensor4D, 1, 'same');
      const active = tf.sigmoid(tf.maxPool(tf.relu(tf.add<tf.Tensor4D>(two, b2!)), 2, 2, 'valid'));
      return tf.sum(tf.square(active));
    };
    return tf.grads(net)([x, first, tensor([20], 4), second, tensor([50], 5)]);
  },
};

describe.each(Object.entries(families))('%s', (_, family) => {
  test('matches the cpu backend', () => expectAsCpu(family));
});
