import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adamStep, backendStats, disposeBackend, installBackend, trace } from '../../src/index';
import { tf } from '../../testing/tf';
import { examples, lossOf, networks, trainedVariables } from '../../testing/networks';

beforeEach(async () => {
  await installBackend({ threads: 1 });
});
afterEach(disposeBackend);

const valuesOf = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>().slice();

describe('a computation recorded once', () => {
  test('is recorded whole if it has thousands of operations, and nothing runs meanwhile', async () => {
    const { flushes } = backendStats();
    const sum = trace(
      (x) => {
        let y = x;
        for (let i = 0; i < 3500; i++) y = tf.add(y, x);
        return y;
      },
      [[2]],
    );
    expect(sum.recorded).toBe(true);
    expect(backendStats().flushes).toBe(flushes);
    expect(await sum.run(new Float32Array([1, 2]))).toEqual(new Float32Array([3501, 7002]));
    sum.dispose();
  });

  test.each(networks.map((network) => [network.name, network] as const))(
    '%s: a forward pass gives what tfjs gives, for each input',
    async (_, network) => {
      const net = network.build();
      const { x } = examples(network, 2);
      const infer = (input: tf.Tensor): tf.Tensor => net.apply(input, { training: false }) as tf.Tensor;
      const pass = trace((input) => infer(input), [x.shape]);
      expect(pass.recorded).toBe(true);
      const first = valuesOf(x);
      for (const values of [first, first.slice().reverse(), first]) {
        const plain = tf.tidy(() => valuesOf(infer(tf.tensor(values, x.shape))));
        expect(await pass.run(values)).toEqual(plain);
      }
      pass.dispose();
      net.dispose();
    },
  );

  test.each(networks.map((network) => [network.name, network] as const))(
    '%s: training steps leave every variable as they do through tfjs, bit for bit',
    async (_, network) => {
      const run = async (recorded: boolean): Promise<Float32Array[]> => {
        await installBackend({ threads: 1 });
        const net = network.build();
        net.weights.forEach((weight, i) => {
          const filled = Float32Array.from({ length: weight.read().size }, (_, k) => Math.sin(k * 0.7 + i) * 0.1);
          if (weight.trainable) weight.write(tf.tensor(filled, weight.read().shape));
        });
        const { x, y } = examples(network, 2);
        const weights = trainedVariables(net);
        const moments = weights.map(({ shape }) => ({
          m: tf.variable(tf.zeros(shape)),
          v: tf.variable(tf.zeros(shape)),
        }));
        const step = (images: tf.Tensor, truth: tf.Tensor, rate: tf.Scalar, epsilon: tf.Scalar): tf.Tensor => {
          const { value, grads } = tf.variableGrads(
            () => lossOf(network)(truth, net.apply(images, { training: true }) as tf.Tensor).asScalar(),
            weights,
          );
          const parts = weights.map((weight, i) => {
            const { m, v } = moments[i]!;
            return { weight, first: m, second: v, gradient: grads[weight.name]! };
          });
          adamStep(parts, { beta1: 0.9, beta2: 0.999, rate, epsilon }).forEach((next, i) => {
            moments[i]!.m.assign(next.first);
            moments[i]!.v.assign(next.second);
            weights[i]!.assign(next.weight);
          });
          return value;
        };
        const inputs = [valuesOf(x), valuesOf(y)];
        const losses: number[] = [];
        const shapes = [x.shape, y.shape, [], []];
        const taken = trace((a, b, rate, epsilon) => step(a, b, rate as tf.Scalar, epsilon as tf.Scalar), shapes);
        expect(taken.recorded).toBe(true);
        for (const rate of [-0.01, -0.02, -0.005]) {
          if (recorded) {
            losses.push((await taken.run(...inputs, Float32Array.of(rate), Float32Array.of(1e-8)))[0]!);
          } else {
            const loss = tf.tidy(() => step(x, y, tf.scalar(rate), tf.scalar(1e-8)));
            losses.push(loss.dataSync()[0]!);
            loss.dispose();
          }
        }
        expect(new Set(losses).size).toBe(3);
        const state = [...net.weights.map((weight) => weight.read()), ...moments.flatMap(({ m, v }) => [m, v])].map(
          valuesOf,
        );
        taken.dispose();
        return [Float32Array.from(losses), ...state];
      };
      expect(await run(true)).toEqual(await run(false));
    },
  );

  test('reads and assigns the current variables, and keeps the values of other tensors', async () => {
    const [count, step] = [tf.variable(tf.tensor1d([0, 10])), tf.variable(tf.tensor1d([1, 2]))];
    const counting = trace(
      (x) => {
        count.assign(tf.add(count, tf.mul(step, x)));
        return tf.sum(count);
      },
      [[]],
    );
    expect(counting.recorded).toBe(true);
    expect([...valuesOf(count)]).toEqual([0, 10]);
    const before = count.clone();
    expect(await counting.run(Float32Array.of(1))).toEqual(Float32Array.of(13));
    step.assign(tf.tensor1d([5, 5]));
    expect(await counting.run(Float32Array.of(2))).toEqual(Float32Array.of(33));
    expect([...valuesOf(count)]).toEqual([11, 22]);
    count.assign(tf.tensor1d([0, 0]));
    expect(await counting.run(Float32Array.of(1))).toEqual(Float32Array.of(10));
    expect([...valuesOf(before)]).toEqual([0, 10]);
  });

  test('keeps the values of the tensors that it reads, and releases them when it is disposed', async () => {
    const before = tf.memory();
    const factor = tf.tensor1d([1, 2, 3]);
    const product = trace((x) => tf.mul(tf.add(x, 1), factor), [[3]]);
    factor.dispose();
    expect([...(await product.run(Float32Array.of(1, 1, 1)))]).toEqual([2, 4, 6]);
    expect([...(await product.run(Float32Array.of(0, 1, 2)))]).toEqual([1, 4, 9]);
    product.dispose();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  });

  test('is compiled once, and takes single numbers as inputs', async () => {
    const square = trace((x) => tf.square(x), [[]]);
    for (const value of [2, 3, 4]) expect((await square.run(Float32Array.of(value)))[0]).toBe(value * value);
    expect(backendStats()).toMatchObject({ compiles: 1, flushes: 3 });
  });

  test('inputs of another size are refused', async () => {
    const more = trace((x) => tf.add(x, 1), [[2]]);
    await expect(more.run(new Float32Array(3))).rejects.toThrow('Input 0 needs 2 values and has 3.');
  });
});

describe('a computation that cannot be recorded is eager', () => {
  const eager = (compute: (x: tf.Tensor) => tf.Tensor): ReturnType<typeof trace> => {
    const fn = trace((x) => compute(x), [[2]]);
    expect(fn.recorded).toBe(false);
    return fn;
  };

  test('because it reads data', async () => {
    const fn = eager((x) => tf.mul(x, x.dataSync()[0]!));
    expect([...(await fn.run(Float32Array.of(2, 3)))]).toEqual([4, 6]);
    expect([...(await fn.run(Float32Array.of(3, 4)))]).toEqual([9, 12]);
  });

  test('because it draws random numbers', async () => {
    const fn = eager((x) => tf.dropout(tf.tile(x, [50]), 0.5));
    expect(await fn.run(Float32Array.of(1, 1))).not.toEqual(await fn.run(Float32Array.of(1, 1)));
  });

  test('because it computes nothing', async () => {
    expect([...(await eager((x) => tf.reshape(x, [2])).run(Float32Array.of(2, 3)))]).toEqual([2, 3]);
  });

  test('because another backend computes', async () => {
    await tf.setBackend('cpu');
    expect([...(await eager((x) => tf.add(x, 1)).run(Float32Array.of(2, 3)))]).toEqual([3, 4]);
  });

  test('and its errors reach the caller, without a leak', () => {
    const kept = tf.variable(tf.tensor1d([1, 2]));
    const { numTensors } = tf.memory();
    const failing = (): unknown =>
      trace(() => {
        kept.assign(tf.add(kept, 1));
        throw new Error('no such layer');
      }, [[2]]);
    expect(failing).toThrow('no such layer');
    expect([...valuesOf(kept)]).toEqual([1, 2]);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
