import { expect, test } from 'vitest';
import { layers, tf } from '../../testing/tf';

test('layers and core share one engine, with gradients and chained operators', async () => {
  await tf.setBackend('cpu');
  const net = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [2] })] });
  net.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const x = tf.ones([4, 2]);
  const loss = await net.trainOnBatch(x, x.sum(1, true));
  expect(Number.isFinite(loss)).toBe(true);
  expect(net.getWeights()[0]).toBeInstanceOf(tf.Tensor);
});
