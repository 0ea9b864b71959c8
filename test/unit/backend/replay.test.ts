import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { capture, disposeBackend, installBackend } from '../../../src/engine/backend/index';
import { tf } from '../../../src/engine/backend/tf';
import { examples, networks } from '../../networks';

beforeEach(() => installBackend({ threads: 1 }));
afterEach(disposeBackend);

describe('a computation recorded once', () => {
  test.each(networks.map((network) => [network.name, network] as const))(
    '%s: gives what tfjs gives, for each input',
    (_, network) => {
      const net = network.build();
      const { x } = examples(network, 2);
      const infer = (input: tf.Tensor): tf.Tensor => net.apply(input, { training: false }) as tf.Tensor;
      const replay = capture(infer, x.shape)!;
      const first = x.dataSync<'float32'>().slice();
      for (const values of [first, first.slice().reverse(), first]) {
        const plain = tf.tidy(() => infer(tf.tensor(values, x.shape)).dataSync<'float32'>());
        expect(replay.run(values)).toEqual(plain);
      }
      replay.dispose();
    },
  );

  test('keeps the tensors that it reads as they were, and lets them go at its end', () => {
    const before = tf.memory().numDataBuffers;
    const factor = tf.tensor1d([1, 2, 3]);
    const replay = capture((x) => tf.mul(tf.add(x, 1), factor), [3])!;
    factor.dispose();
    expect([...replay.run(Float32Array.of(1, 1, 1))]).toEqual([2, 4, 6]);
    expect([...replay.run(Float32Array.of(0, 1, 2))]).toEqual([1, 4, 9]);
    replay.dispose();
    expect(tf.memory().numDataBuffers).toBe(before);
  });

  test('a single number is an input as well', () => {
    const replay = capture((x) => tf.square(x), [])!;
    expect([2, 3, 4].map((value) => replay.run(Float32Array.of(value))[0])).toEqual([4, 9, 16]);
  });

  test('what reads on its way, or computes nothing, is not recorded', () => {
    expect(capture((x) => tf.mul(x, x.dataSync()[0]!), [2])).toBeNull();
    expect(capture((x) => tf.reshape(x, [2]), [2])).toBeNull();
    expect(capture((x) => tf.cast(tf.greater(x, 0), 'bool'), [2])).toBeNull();
    expect(() =>
      capture(() => {
        throw new Error('no such layer');
      }, [2]),
    ).toThrow('no such layer');
  });

  test('inputs of another size are refused', () => {
    const replay = capture((x) => tf.add(x, 1), [2])!;
    expect(() => replay.run(new Float32Array(3))).toThrow('2 values, not 3');
  });

  test('other backends have none', async () => {
    await tf.setBackend('cpu');
    expect(capture((x) => tf.add(x, 1), [2])).toBeNull();
  });
});
