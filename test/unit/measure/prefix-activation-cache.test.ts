import { afterAll, beforeAll, expect, test } from 'vitest';
import { disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { tf } from '../../../src/engine/tf';
import { PrefixActivationCache } from '../../../src/engine/measure/prefix-activation-cache';
import { asClassifier } from '../../../src/engine/measure/classifier';
import type { ModelVariable } from '../../../src/engine/model/weights/binding';
import { createArchitecture } from '../../../src/engine/model/architectures';
import { CancelledError } from '../../../src/protocol/errors';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks';

const SIZE = 6;
const batches = [1, 2].map((seed) => numbers(SIZE * 28 * 28, seed));
const { signal } = new AbortController();

beforeAll(async () => {
  await installBackend({ threads: 1 });
});
afterAll(disposeBackend);

function bench() {
  const model = createArchitecture('fashion-cnn', 1);
  const classifier = asClassifier(model, { shape: [28, 28, 1] }, 10);
  const kernels = model.trainableWeights.filter(({ shape }) => shape.length > 1);
  return { model, classifier, kernels, cache: new PrefixActivationCache(classifier, batches, SIZE) };
}
const only = (variable: ModelVariable | undefined): Set<ModelVariable> => new Set([variable!]);
const halve = (variable: ModelVariable | undefined): void =>
  tf.tidy(() => {
    variable!.write(tf.mul(variable!.read(), 0.5));
  });

test('passes begin behind what has not changed, where that saves more than it costs, and give what whole ones give', async () => {
  const { model, classifier, kernels, cache } = bench();
  const lengths: number[] = [];
  for (const kernel of kernels) {
    const before = kernel.read().clone();
    halve(kernel);
    const { pass, batches: given } = await cache.passAfter(only(kernel), signal);
    lengths.push(given[0]!.length / SIZE);
    for (const [i, pixels] of batches.entries()) {
      const whole = tf.tidy(() => classifier.logitsOf(tf.tensor(pixels, [SIZE, 28, 28, 1]), false).dataSync());
      const actual = await pass.run(given[i]!);
      whole.forEach((value, k) => {
        expect(actual[k]).toBeCloseTo(value, 5);
      });
    }
    kernel.write(before);
    before.dispose();
  }
  // Before the second convolution are few products for many numbers, before the third and the dense layers enough.
  expect(lengths).toEqual([784, 784, 7 * 7 * 64, 7 * 7 * 64, 128]);
  cache.dispose();
  model.dispose();
});

test('what is kept is computed once, until another layer changes', async () => {
  const { model, kernels, cache } = bench();
  const last = only(kernels.at(-1));
  const first = await cache.passAfter(last, signal);
  halve(kernels.at(-1));
  expect(await cache.passAfter(last, signal)).toBe(first);
  const earlier = await cache.passAfter(only(kernels.at(-2)), signal);
  expect(earlier.batches[0]!.length).not.toBe(first.batches[0]!.length);
  expect(await cache.passAfter(new Set(), signal)).toMatchObject({ batches });
  cache.dispose();
  model.dispose();
});

test('computing it can be cancelled, and nothing is left behind', async () => {
  const before = tf.memory();
  const { model, kernels, cache } = bench();
  const abort = new AbortController();
  abort.abort();
  await expect(cache.passAfter(only(kernels.at(-1)), abort.signal)).rejects.toThrow(CancelledError);
  await cache.passAfter(only(kernels.at(-1)), signal);
  cache.dispose();
  model.dispose();
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
});
