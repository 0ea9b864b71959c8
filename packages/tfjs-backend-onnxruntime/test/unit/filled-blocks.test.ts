import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disposeBackend, installBackend } from '../../src/index';
import { tf } from '../../testing/tf';
import { expectAsCpu, gradientOf, image, tensor } from './compare';

/** Numbers of channels, most of them no multiple of a block; 8, 16 and 24 are multiples for some blocks. */
const CHANNELS = [4, 5, 8, 12, 16, 20, 24, 40];
const LAYOUTS = [true, false];

function normalized(x: tf.Tensor, seed: number): tf.Tensor4D {
  const channels = x.shape[3]!;
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  // Some scales are zero: nothing may be divided by them.
  const scale = tf.relu(tf.add(tensor([channels], seed + 1), 0.5));
  const parameters = [tensor([channels], seed), scale] as tf.Tensor1D[];
  return tf.batchNorm(x as tf.Tensor4D, mean.as1D(), variance.as1D(), parameters[0], parameters[1], 1e-3);
}

const clipped = (x: tf.Tensor): tf.Tensor4D => tf.clipByValue(tf.relu(x as tf.Tensor4D), 0, 6);

/** The weights of an inverted residual: expansion, depthwise, projection. */
const weightsOf = (channels: number, wide: number): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] => [
  image([1, 1, channels, wide], 2),
  image([3, 3, wide, 1], 3),
  image([1, 1, wide, channels], 4),
];

/** An inverted residual of MobileNets. */
function residual(x: tf.Tensor4D, [expand, each, narrow]: readonly tf.Tensor4D[], stride: 1 | 2): tf.Tensor4D {
  const expanded = clipped(normalized(tf.conv2d(x, expand!, 1, 'same'), 5));
  const filtered = clipped(normalized(tf.depthwiseConv2d(expanded, each!, stride, 'same'), 7));
  const narrowed = normalized(tf.conv2d(filtered, narrow!, 1, 'same'), 9);
  return stride === 1 ? tf.add(narrowed, x) : narrowed;
}

/**
 * The gradients with respect to an image and all weights of an inverted residual after a convolution of three channels.
 */
function gradientsOfBlock(channels: number, wide: number, stride: 1 | 2): tf.Tensor[] {
  const x = image([3, 8, 8, 3]);
  const stem = image([3, 3, 3, channels], 11);
  const weights = weightsOf(channels, wide);
  const compute = (y: tf.Tensor, first: tf.Tensor, of: readonly tf.Tensor4D[]): tf.Tensor4D =>
    residual(clipped(normalized(tf.conv2d(y as tf.Tensor4D, first as tf.Tensor4D, 2, 'same'), 12)), of, stride);
  return [
    compute(x, stem, weights),
    gradientOf((y) => compute(y, stem, weights), x),
    gradientOf((y) => compute(x, y, weights), stem),
    ...weights.map((weight, i) => gradientOf((y) => compute(x, stem, weights.with(i, y as tf.Tensor4D)), weight)),
  ];
}

describe.each(LAYOUTS)('internal operators: %s', (internalOperators) => {
  beforeAll(async () => {
    await installBackend({ threads: 2, onFallback: 'throw', internalOperators });
  });
  afterAll(disposeBackend);

  test.each(CHANNELS)('inverted residuals of %d channels and their gradients', async (channels) => {
    for (const wide of [channels, 24]) {
      for (const stride of [1, 2] as const) await expectAsCpu(() => gradientsOfBlock(channels, wide, stride));
    }
  });

  test.each(CHANNELS)('residual sums of %d channels and their gradients', async (channels) => {
    await expectAsCpu(() => {
      const x = image([2, 6, 5, 16]);
      const [first, second] = [image([3, 3, 16, channels], 2), image([3, 3, channels, channels], 3)];
      const block = (y: tf.Tensor, taps: tf.Tensor): tf.Tensor4D => {
        const start = tf.relu(normalized(tf.conv2d(y as tf.Tensor4D, first, 1, 'same'), 4));
        return tf.relu(tf.add(normalized(tf.conv2d(start, taps as tf.Tensor4D, 1, 'same'), 6), start));
      };
      return [
        block(x, second),
        tf.mean(block(x, second), [1, 2]),
        tf.sum(block(x, second), [1, 2]),
        gradientOf((y) => tf.mean(block(y, second), [1, 2]), x),
        gradientOf((y) => tf.mul(tf.sum(block(x, y), [1, 2]), 0.1), second),
      ];
    });
  });

  test.each(CHANNELS)('functions that do not keep zeros, of images of %d channels', async (channels) => {
    await expectAsCpu(() => {
      const taps = tf.mul<tf.Tensor4D>(image([3, 3, 16, channels], 2), 0.2);
      const back = image([1, 1, channels, 16], 3);
      const convolved = (): tf.Tensor4D => tf.conv2d(image([2, 6, 5, 16]), taps, 1, 'same');
      const square = (): tf.Tensor4D => tf.square(convolved());
      const functions: ((x: tf.Tensor4D) => tf.Tensor)[] = [
        tf.exp, tf.sigmoid, (x) => tf.log(tf.add(x, 1)), (x) => tf.step(x, 0.5), tf.step, tf.softplus, tf.neg, tf.abs,
        (x) => tf.clipByValue(x, 1, 2), (x) => tf.clipByValue(x, -1, 0), (x) => tf.sub(1, x), (x) => tf.div(x, 3),
        (x) => tf.add(x, tensor([channels], 4)), (x) => tf.mul(tensor([channels], 4), x), (x) => tf.leakyRelu(x, 0.1),
        (x) => tf.div(x, tf.add(square(), 1)), (x) => tf.div(x, x), (x) => tf.pow(x, 0), (x) => tf.maximum(x, square()),
        (x) => tf.squaredDifference(x, square()), (x) => tf.sub(x, square()), (x) => tf.cast(tf.equal(x, x), 'float32'),
        (x) => tf.maxPool(x, 2, 2, 'same'), (x) => tf.avgPool(x, 2, 1, 'same'), (x) => tf.image.resizeBilinear(x, [4, 4]),
      ]; // prettier-ignore
      // A convolution would multiply wrong values in the filling of a block.
      return functions.flatMap((f) => [f(convolved()), tf.conv2d(f(convolved()) as tf.Tensor4D, back, 1, 'same')]);
    });
  });

  test.each(CHANNELS)('depthwise convolutions of %d channels with bias and activation', async (channels) => {
    await expectAsCpu(() => {
      const x = tf.conv2d(image([2, 6, 5, 16]), image([1, 1, 16, channels], 2), 1, 'same');
      const [filter, bias] = [image([3, 3, channels, 1], 3), tensor([channels], 4)];
      return (['linear', 'relu', 'relu6', 'sigmoid', 'elu'] as const).flatMap((activation) => {
        const result = tf.fused.depthwiseConv2d({ x, filter, strides: 1, pad: 'same', bias, activation });
        return [result, tf.conv2d(result, image([1, 1, channels, 16], 5), 1, 'same')];
      });
    });
  });

  test('the gradient of a filter of one pixel, with and without pixels that fill blocks', async () => {
    for (const [channels, filters] of [[8, 16], [12, 40], [16, 16], [40, 20], [64, 24], [24, 24]] as const) {
      for (const side of [4, 8, 9]) {
        await expectAsCpu(() => {
          const x = image([3, side, side, 16]);
          const [first, filter] = [image([1, 1, 16, channels], 2), image([1, 1, channels, filters], 3)];
          const product = (y: tf.Tensor): tf.Tensor =>
            tf.square(tf.conv2d(tf.conv2d(x, first, 1, 'same'), y as tf.Tensor4D, 1, 'same'));
          return tf.mul(gradientOf(product, filter), 0.01);
        });
      }
    } // prettier-ignore
  });

  test('numbers that are not finite stay in their channels', async () => {
    await expectAsCpu(() => {
      const x = tf.mul(image([2, 4, 4, 12]), tensor([12], 3));
      const bad = tf.add(x, tf.tensor1d([...new Array<number>(11).fill(0), Number.NaN]));
      const convolved = tf.depthwiseConv2d(tf.conv2d(image([2, 4, 4, 16]), image([1, 1, 16, 12], 2), 1, 'same'), image([3, 3, 12, 1], 4), 1, 'same');
      const infinite = tf.tensor1d([Number.POSITIVE_INFINITY, ...new Array<number>(11).fill(1)]);
      return [bad, tf.mul(tf.abs(convolved), infinite), tf.add(convolved, bad), tf.mean(tf.add(convolved, bad), [0, 1, 2])];
    }); // prettier-ignore
    expect(tf.getBackend()).toBe('onnxruntime');
  });
});
