import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { backendStats, disposeBackend, installBackend, setFallbackPolicy } from '../../src/index';
import { loadRuntime } from '../../src/binding/runtime';
import { tf } from '../../testing/tf';
import { examples, networks, setWeights, trainStep } from './networks';

afterEach(disposeBackend);

/** All weights of a network after a few steps. */
function trained(name: string, steps: number): Float32Array[] {
  const net = networks[name]!();
  setWeights(net);
  const optimizer = tf.train.adam(1e-3);
  const { images, labels } = examples(40);
  for (let i = 0; i < steps; i++) tf.dispose(trainStep(net, optimizer, images, labels));
  return net.getWeights().map((weight) => weight.dataSync<'float32'>().slice());
}

test('runs repeat bit for bit, on an idle machine and on a loaded one', async () => {
  const run = async (): Promise<Float32Array[]> => {
    await installBackend({ threads: 2 });
    return trained('fashion-cnn', 5);
  };
  const idle = await run();
  const load = Array.from({ length: 3 }, () => new Worker('for (;;) {}', { eval: true }));
  try {
    await Promise.all(load.map((worker) => once(worker, 'online')));
    expect(await run()).toEqual(idle);
  } finally {
    await Promise.all(load.map((worker) => worker.terminate()));
  }
});

test('standard operators give the same numbers as the blocked layout', async () => {
  const blocked = await installBackend({ threads: 1 });
  const first = trained('fashion-cnn', 2);
  const logged: string[] = [];
  const standard = await installBackend({
    threads: 1,
    internalOperators: false,
    log: (message) => logged.push(message),
  });
  expect(standard.blockedLayout).toBe(false);
  expect(logged.join()).toMatch(/standard operators/i);
  const second = trained('fashion-cnn', 2);
  // The first steps of Adam have size 1e-3 for any gradient: only tiny gradients may differ in sign.
  const differing = first.map(
    (weights, k) => weights.filter((value, i) => Math.abs(value - second[k]![i]!) > 1e-4).length,
  );
  const total = first.reduce((sum, weights) => sum + weights.length, 0);
  expect(differing.reduce((sum, count) => sum + count, 0) / total).toBeLessThan(blocked.blockedLayout ? 0.002 : 1e-9);
});

describe('large outputs', () => {
  const size = 50_000;
  const gathered = (row: number): Float32Array =>
    tf.tidy(() => {
      const computed = tf.cast(tf.add(tf.tensor1d([row - 1]), 1), 'int32');
      return tf.gather(tf.fill([3, size], 2), computed).dataSync<'float32'>();
    });

  test('are in place, with and without the copies of the binding', async () => {
    const runtime = loadRuntime();
    expect(runtime.stopped).not.toBeNull();
    for (const stopped of [runtime.stopped, null]) {
      await installBackend({ threads: 1, runtime: { ...runtime, stopped } });
      expect(gathered(1)).toEqual(new Float32Array(size).fill(2));
    }
  });

  test('that cannot be computed are an error', async () => {
    await installBackend({ threads: 1 });
    expect(() => gathered(7)).toThrow(/^Gather\w* failed: .*out of data bounds/);
  });

  test('count as computed on the known error only', async () => {
    const runtime = loadRuntime();
    await installBackend({ threads: 1, runtime: { ...runtime, stopped: 'another error' } });
    expect(() => gathered(1)).toThrow(/not supported/);
  });
});

test('each structure is compiled once, and the cache keeps its bound', async () => {
  await installBackend({ threads: 1, maxSessions: 3 });
  const run = (length: number): number => tf.tidy(() => tf.sum(tf.square(tf.ones([length]))).dataSync()[0]!);
  for (let round = 0; round < 3; round++) expect(run(5)).toBe(5);
  expect(backendStats()).toMatchObject({ compiles: 1, flushes: 3, sessions: 1 });
  for (let length = 6; length < 12; length++) expect(run(length)).toBe(length);
  expect(backendStats()).toMatchObject({ compiles: 7, sessions: 3 });
  expect(run(11)).toBe(11);
  expect(backendStats().compiles).toBe(7);
  expect(run(5)).toBe(5); // It was evicted.
  expect(backendStats().compiles).toBe(8);
});

test('the cache is bounded by bytes, too', async () => {
  await installBackend({ threads: 1, maxSessionBytes: 1e6 });
  for (let length = 100_000; length < 100_005; length++) {
    expect(tf.tidy(() => tf.sum(tf.square(tf.ones([length]))).dataSync()[0])).toBe(length);
  }
  expect(backendStats().sessions).toBeLessThan(4);
});

test('the estimate of a graph counts the peak of its intermediate values, not all of them', async () => {
  await installBackend({ threads: 1 });
  const length = 1_000_000;
  const last = tf.tidy(() => {
    let x = tf.ones([length]);
    for (let i = 0; i < 50; i++) x = tf.square(x);
    return x;
  });
  last.dataSync();
  const { sessionBytes } = backendStats();
  expect(sessionBytes).toBeGreaterThan(4 * length);
  // Two values live at a time. An arena and a memory pattern take three times as much, besides the session itself.
  expect(sessionBytes).toBeLessThan(7 * 4 * length);
});

test('a scalar that changes becomes an input after one recompilation', async () => {
  await installBackend({ threads: 1 });
  const x = tf.tensor1d([1, 2, 3]);
  for (let rate = 1; rate < 6; rate++) {
    expect(Array.from(tf.tidy(() => tf.mul(x, rate).dataSync()))).toEqual([rate, 2 * rate, 3 * rate]);
  }
  expect(backendStats().compiles).toBe(2);
});

test('offsets of batches do not make new graphs', async () => {
  await installBackend({ threads: 1 });
  const x = tf.tensor2d(Array.from({ length: 40 }, (_, i) => [i, -i]));
  for (let start = 0; start < 40; start += 10) {
    expect(tf.tidy(() => tf.sum(tf.slice(x, [start], [10]), 0).dataSync()[0])).toBe(start * 10 + 45);
  }
  expect(backendStats().compiles).toBe(1);
});

describe('deferred runs', () => {
  test('run in a microtask when nobody reads', async () => {
    await installBackend({ threads: 1 });
    const x = tf.square(tf.tensor1d([3]));
    expect(backendStats().flushes).toBe(0);
    await Promise.resolve();
    await Promise.resolve();
    expect(backendStats().flushes).toBe(1);
    expect(x.dataSync()[0]).toBe(9);
    expect(backendStats().flushes).toBe(1);
  });

  test('keep their errors for the reader', async () => {
    await installBackend({ threads: 1 });
    const table = tf.tensor1d([1, 2, 3]);
    const outside = tf.add(tf.tensor1d([7, 0], 'int32'), tf.tensor1d([1, 0], 'int32'));
    const lost = tf.gather(table, outside);
    const dependent = tf.square(lost);
    await Promise.resolve();
    await Promise.resolve();
    expect(() => lost.dataSync()).toThrow(/^Gather\w* failed: .*out of data bounds/);
    await expect(dependent.data()).rejects.toThrow(/^Gather\w* failed: .*out of data bounds/);
    expect(() => tf.neg(dependent).dataSync()).toThrow(/^Gather\w* failed: .*out of data bounds/);
    expect(tf.square(table).dataSync()[2]).toBe(9);
  });

  test('flush steps that nobody reads at the same point each time', async () => {
    await installBackend({ threads: 1 });
    const net = networks['lenet-300-100']!();
    const optimizer = tf.train.adam(1e-3);
    const { images, labels } = examples(20);
    const step = (): void => tf.tidy(() => void trainStep(net, optimizer, images, labels));
    for (let i = 0; i < 5; i++) step();
    const { compiles, flushes } = backendStats();
    for (let i = 0; i < 10; i++) step();
    expect(backendStats().compiles).toBe(compiles);
    expect(backendStats().flushes - flushes).toBe(10);
  });
});

test('a kernel without native form falls back, or throws under that policy', async () => {
  const logged: string[] = [];
  await installBackend({ threads: 1, log: (message) => logged.push(message) });
  const x = tf.square(tf.tensor1d([3, 1, 2]));
  expect(Array.from(tf.cumsum(x).dataSync())).toEqual([9, 10, 14]);
  tf.cumsum(x);
  expect(backendStats().fallbacks).toEqual({ Cumsum: 2 });
  expect(logged).toEqual(['The kernel Cumsum runs on the slow cpu backend.']);
  setFallbackPolicy('throw');
  expect(() => tf.cumsum(x)).toThrow(/Cumsum has no native form/);
});

test('strings and complex numbers live on the backend as on any', async () => {
  await installBackend({ threads: 1 });
  const words = tf.tensor1d(['prune', 'graft']);
  expect(words.dataSync()).toEqual(['prune', 'graft']);
  const z = tf.complex(tf.square(tf.tensor1d([1, 2])), tf.tensor1d([3, 4]));
  expect(Array.from(z.dataSync())).toEqual([1, 3, 4, 4]);
  expect(Array.from(tf.real(z).dataSync())).toEqual([1, 4]);
  const ids = tf.engine().backend.numDataIds();
  tf.dispose([words, z]);
  expect(ids - tf.engine().backend.numDataIds()).toBe(4); // The words, the complex number and its halves.
});

test('data that a caller has seen is never overwritten', async () => {
  await installBackend({ threads: 1 });
  const compute = (value: number): tf.Tensor => tf.square(tf.fill([64], value));
  const first = compute(2);
  const seen = first.dataSync();
  first.dispose();
  const second = compute(3);
  second.dataSync();
  expect(seen[0]).toBe(4);
  const base = compute(5);
  await base.data();
  const part = tf.slice(tf.neg(base), [0], [8]);
  base.dispose();
  tf.tidy(() => compute(7).dataSync());
  expect(part.dataSync()[0]).toBe(-25);
});
