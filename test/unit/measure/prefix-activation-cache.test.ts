import { afterAll, beforeAll, expect, test } from 'vitest';
import { disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { tf } from '../../../src/engine/tf';
import { PrefixActivationCache } from '../../../src/engine/measure/prefix-activation-cache';
import { withTask } from '../../../src/engine/measure/tasked-network';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { trainableOf, type NetworkVariable } from '../../../src/engine/model/network';
import { createArchitecture } from '../../../src/engine/model/layers-model/architectures';
import { CancelledError } from '../../../src/protocol/errors';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks';

const SIZE = 6;
const TEN_CLASSES = { classNames: Array.from({ length: 10 }, (_, i) => String(i)), said: {} };
const batches = [1, 2].map((seed) => [numbers(SIZE * 28 * 28, seed)]);
const { signal } = new AbortController();

beforeAll(async () => {
  await installBackend({ threads: 1 });
});
afterAll(disposeBackend);

function bench() {
  const network = networkOf(createArchitecture('fashion-cnn', 1));
  const tasked = withTask(network, { shape: [28, 28, 1], targets: TEN_CLASSES, normalization: null });
  const kernels = trainableOf(network).filter(({ variable }) => variable.rank > 1);
  return { network, tasked, kernels, cache: new PrefixActivationCache(tasked, batches, SIZE) };
}
const only = (kernel: NetworkVariable | undefined): Set<string> => new Set([kernel!.name]);
const halve = (kernel: NetworkVariable | undefined): void =>
  tf.tidy(() => {
    kernel!.variable.assign(tf.mul(kernel!.variable, 0.5));
  });

test('passes begin behind what has not changed, where that saves more than it costs, and give what whole ones give', async () => {
  const { network, tasked, kernels, cache } = bench();
  const lengths: number[] = [];
  for (const kernel of kernels) {
    const before = tf.clone(kernel.variable);
    halve(kernel);
    const { pass, batches: given } = await cache.passAfter(only(kernel), signal);
    lengths.push(given[0]![0]!.length / SIZE);
    for (const [i, [pixels]] of batches.entries()) {
      const whole = tf.tidy(() => tasked.scoresOf([tf.tensor(pixels!, [SIZE, 28, 28, 1])]).dataSync());
      const actual = await pass.run(...given[i]!);
      whole.forEach((value, k) => {
        expect(actual[k]).toBeCloseTo(value, 5);
      });
    }
    kernel.variable.assign(before);
    before.dispose();
  }
  // Before the second convolution are few products for many numbers, before the third and the dense layers enough.
  expect(lengths).toEqual([784, 784, 7 * 7 * 64, 7 * 7 * 64, 128]);
  cache.dispose();
  network.dispose();
});

test('what is kept is computed once, until another layer changes', async () => {
  const { network, kernels, cache } = bench();
  const last = only(kernels.at(-1));
  const first = await cache.passAfter(last, signal);
  halve(kernels.at(-1));
  expect(await cache.passAfter(last, signal)).toBe(first);
  const earlier = await cache.passAfter(only(kernels.at(-2)), signal);
  expect(earlier.batches[0]![0]!.length).not.toBe(first.batches[0]![0]!.length);
  expect(await cache.passAfter(new Set(), signal)).toMatchObject({ batches });
  cache.dispose();
  network.dispose();
});

test('computing it can be cancelled, and nothing is left behind', async () => {
  const before = tf.memory();
  const { network, kernels, cache } = bench();
  const abort = new AbortController();
  abort.abort();
  await expect(cache.passAfter(only(kernels.at(-1)), abort.signal)).rejects.toThrow(CancelledError);
  await cache.passAfter(only(kernels.at(-1)), signal);
  cache.dispose();
  network.dispose();
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
});
