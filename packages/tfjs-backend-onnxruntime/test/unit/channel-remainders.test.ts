import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackendInfo } from '../../src/backend-info';
import { disposeBackend, installBackend } from '../../src/index';
import { loadRuntime } from '../../src/binding/runtime';
import { tf } from '../../testing/tf';
import { expectAsCpu, gradientOf, image, tensor } from './compare';

const models: Uint8Array[] = [];
let info: BackendInfo;

beforeAll(async () => {
  const runtime = loadRuntime();
  info = await installBackend({
    threads: 1,
    onFallback: 'throw',
    runtime: {
      ...runtime,
      createSession(model, options) {
        models.push(model);
        return runtime.createSession(model, options);
      },
    },
  });
});
afterAll(disposeBackend);

/** Numbers of input channels with a few channels after whole blocks of 8 and of 16. */
test.each([18, 20, 34, 50])('convolutions of %d channels are those of the cpu backend', async (channels) => {
  for (const { strides, pad, dilations } of [
    { strides: 1, pad: 'valid', dilations: 1 },
    { strides: 1, pad: 'same', dilations: 1 },
    { strides: 2, pad: 'same', dilations: 1 },
    { strides: 1, pad: 'same', dilations: 2 },
  ] as const) {
    await expectAsCpu(() => {
      const x = image([2, 9, 8, channels]);
      const filter = image([3, 3, channels, 20], 2);
      const next = image([3, 3, 20, channels], 3);
      const convolve = (y: tf.Tensor, by: tf.Tensor): tf.Tensor4D =>
        tf.conv2d(y as tf.Tensor4D, by as tf.Tensor4D, strides, pad, 'NHWC', dilations);
      // The second convolution reads the filled blocks of the first.
      const both = (y: tf.Tensor, by: tf.Tensor): tf.Tensor =>
        tf.mul(tf.conv2d(tf.sigmoid(convolve(y, by)), next, 1, 'same'), 0.1);
      const fused = tf.fused.conv2d({
        ...{ x, filter, strides, pad, dilations },
        ...{ bias: tensor([20], 4), activation: 'sigmoid' },
      });
      // tfjs has no gradients of dilated convolutions.
      if (dilations > 1) return [fused, both(x, filter)];
      return [fused, both(x, filter), gradientOf((y) => both(y, filter), x), gradientOf((y) => both(x, y), filter)];
    });
  }
});

test('the channels after whole blocks are a separate convolution', async () => {
  await tf.setBackend('onnxruntime');
  models.length = 0;
  const result = tf.tidy(() => tf.conv2d(image([2, 9, 8, 66]), image([3, 3, 66, 32], 2), 1, 'same'));
  result.dataSync();
  result.dispose();
  const convolutions = new Set(
    Buffer.from(models[0]!)
      .toString('latin1')
      .match(/Conv2D\/Conv_\d+/g),
  );
  expect(convolutions.size).toBe(info.blockedLayout ? 2 : 1);
});
