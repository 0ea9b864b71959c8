import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backendStats, disposeBackend, installBackend } from '../../src/index';
import { tf } from '../../testing/tf';
import { examples, networks, setWeights, trainStep } from './networks';

beforeAll(async () => {
  await installBackend({ threads: 2, onFallback: 'throw' });
});
afterAll(disposeBackend);

describe.each(Object.entries(networks))('%s', (_, build) => {
  test('learns and evaluates with native kernels only', () => {
    const net = build();
    setWeights(net);
    const optimizer = tf.train.adam(1e-3);
    const { images, labels } = examples(100);
    const losses = Array.from({ length: 12 }, () => trainStep(net, optimizer, images, labels).dataSync()[0]!);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.7);

    const held = examples(137, 2);
    let correct = 0;
    for (let start = 0; start < 137; start += 50) {
      const { logits, entropy } = tf.tidy(() => {
        const count = Math.min(50, 137 - start);
        const out = net.predict(held.images.slice([start], [count]), { batchSize: 50 }) as tf.Tensor2D;
        const truth = held.labels.slice([start], [count]);
        return { logits: out, entropy: tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(out)), 1)) };
      });
      const guesses = tf.argMax(logits, 1).dataSync();
      expect(entropy.dataSync().every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
      correct += guesses.filter((guess, i) => guess === held.classes[start + i]).length;
    }
    expect(correct).toBeGreaterThan(13);
    expect(backendStats().fallbacks).toEqual({});
  });

  test('keeps its memory flat over the steps, masks held', () => {
    const net = build();
    const optimizer = tf.train.adam(1e-3);
    const { images, labels } = examples(20);
    const kernels = net.trainableWeights.filter((weight) => weight.name.includes('kernel'));
    const masks = kernels.map((weight) => tf.keep(tf.greater(tf.abs(weight.read()), 0.02).toFloat()));
    const step = (): number =>
      tf
        .tidy(() => {
          const loss = trainStep(net, optimizer, images, labels);
          kernels.forEach((weight, i) => weight.write(tf.mul(weight.read(), masks[i]!)));
          return loss;
        })
        .dataSync()[0]!;
    for (let i = 0; i < 4; i++) step();
    const before = { ...tf.memory(), dataIds: tf.engine().backend.numDataIds(), compiles: backendStats().compiles };
    const flushes = backendStats().flushes;
    for (let i = 0; i < 40; i++) step();
    const after = { ...tf.memory(), dataIds: tf.engine().backend.numDataIds(), compiles: backendStats().compiles };
    expect(after.numTensors - before.numTensors).toBe(40); // The losses, which nobody disposed.
    expect(after.dataIds - before.dataIds).toBe(40);
    expect(after.compiles).toBe(before.compiles);
    expect(backendStats().flushes - flushes).toBe(40);
    kernels.forEach((weight, i) => {
      const mask = masks[i]!.dataSync();
      expect(
        weight
          .read()
          .dataSync()
          .every((value, k) => mask[k] === 1 || value === 0),
      ).toBe(true);
    });
  });
});
