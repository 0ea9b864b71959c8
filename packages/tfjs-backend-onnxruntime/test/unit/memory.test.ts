import { afterEach, expect, test, vi } from 'vitest';
import { BufferPool } from '../../src/buffers/pool';
import { backendStats, disposeBackend, installBackend } from '../../src/index';
import { layers, tf } from '../../testing/tf';
import { examples, networks, setWeights, trainStep } from './networks';

afterEach(disposeBackend);

/** The living tensors, as tfjs counts them, and data, as the backend counts them. */
const alive = (): { tensors: number; data: number } => ({
  tensors: tf.memory().numTensors,
  data: tf.engine().backend.numDataIds(),
});

test('training steps leave no tensor and no data behind, whether they are read or not', async () => {
  await installBackend({ threads: 1 });
  const net = networks['lenet-300-100']!();
  setWeights(net);
  const optimizer = tf.train.adam(1e-3);
  const { images, labels } = examples(8);
  const step = (): number => {
    const loss = trainStep(net, optimizer, images, labels);
    const [value] = loss.dataSync<'float32'>();
    tf.dispose(loss);
    return value!;
  };
  const first = step();
  step();
  const before = alive();
  let last = first;
  for (let i = 0; i < 60; i++) {
    if (i % 3 === 0) tf.dispose(trainStep(net, optimizer, images, labels));
    else last = step();
  }
  expect(last).toBeLessThan(first);
  expect(alive()).toEqual(before);
});

test('the buffer pool ages with each compiled graph, not with each run', async () => {
  await installBackend({ threads: 1 });
  const older = vi.spyOn(BufferPool.prototype, 'advanceAge');
  for (const length of [3, 4, 3, 4, 3]) tf.tidy(() => tf.square(tf.ones([length, 2])).dataSync());
  expect(backendStats().compiles).toBe(2);
  expect(older).toHaveBeenCalledTimes(2);
  older.mockRestore();
});

test('networks that come and go leave nothing but compiled graphs within their bound', async () => {
  await installBackend({ threads: 1, maxSessions: 4 });
  const before = alive();
  for (let units = 1; units <= 20; units++) {
    const net = layers.sequential({ layers: [layers.layers.dense({ units, inputShape: [3], activation: 'relu' })] });
    const guesses = tf.tidy(() => (net.predict(tf.ones([2, 3])) as tf.Tensor).dataSync().length);
    expect(guesses).toBe(2 * units);
    net.dispose();
  }
  expect(alive()).toEqual(before);
  expect(backendStats().sessions).toBeLessThanOrEqual(4);
});
