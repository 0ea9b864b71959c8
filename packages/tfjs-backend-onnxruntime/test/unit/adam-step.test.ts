import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adamStep, disposeBackend, installBackend } from '../../src/index';
import { BACKEND_NAME } from '../../src/step-boundary';
import { tf } from '../../testing/tf';
import { numbers } from '../../testing/networks/index';

beforeAll(() => installBackend({ threads: 1, onFallback: 'throw' }));
afterAll(disposeBackend);

/**
 * Returns the weights after each of three steps, and the final moments. Gradients are given, or computed in the same
 * graph.
 */
async function steps(backend: string, shape: number[], computed: boolean): Promise<number[][]> {
  await tf.setBackend(backend);
  const size = shape.reduce((all, length) => all * length, 1);
  let [weight, first, second]: tf.Tensor[] = [tf.tensor(numbers(size, 1), shape), tf.zeros(shape), tf.zeros(shape)];
  const weights: number[][] = [];
  for (let i = 0; i < 3; i++) {
    const given = tf.tensor(numbers(size, 2 + i), shape);
    const gradient = computed ? tf.mul(given, 0.5) : given;
    const constants = {
      beta1: 0.9,
      beta2: 0.999,
      rate: tf.scalar(-0.01 * (i + 1)),
      epsilon: tf.scalar(1e-8 / (i + 1)),
    };
    const tensors = { weight: weight!, first: first!, second: second!, gradient };
    const [next] = adamStep([tensors, tensors], constants);
    [weight, first, second] = [next!.weight, next!.first, next!.second];
    weights.push(Array.from(weight.dataSync()));
  }
  return [...weights, Array.from(first!.dataSync()), Array.from(second!.dataSync())];
}

describe.each([false, true])('a step of Adam, its gradient computed: %s', (computed) => {
  it.each([[[1]], [[7]], [[3, 3, 16, 32]], [[300, 100]]])(
    'of a weight of shape %s is that of the standard operators',
    async (shape) => {
      const [ours, theirs] = [await steps(BACKEND_NAME, shape, computed), await steps('cpu', shape, computed)];
      ours.forEach((values, i) =>
        values.forEach((value, k) => expect(Math.abs(value - theirs[i]![k]!)).toBeLessThanOrEqual(1e-6)),
      );
    },
  );
});

describe('Adam after a graph', () => {
  it('leaves the bits of Adam within the graph', async () => {
    // Only a computed gradient moves the update out of the graph. With a factor of 1, both ways must agree exactly.
    await tf.setBackend(BACKEND_NAME);
    const size = 20_011;
    const stepped = (gradient: tf.Tensor): Float32Array[] => {
      const [weight, first, second] = [1, 2, 3].map((seed) => tf.abs(tf.tensor(numbers(size, seed)))) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      for (const tensor of [weight, first, second]) tensor.dataSync();
      const constants = { beta1: 0.9, beta2: 0.999, rate: tf.scalar(-0.01), epsilon: tf.scalar(1e-8) };
      const [next] = adamStep([{ weight, first, second, gradient }], constants);
      return [next!.weight, next!.first, next!.second].map((tensor) => tensor.dataSync<'float32'>());
    };
    const data = numbers(size, 4);
    const [apart, within] = [stepped(tf.mul(tf.tensor(data), 1)), stepped(tf.tensor(data))];
    expect(apart).toEqual(within);
  });

  it('keeps NaN and infinity', async () => {
    await tf.setBackend(BACKEND_NAME);
    const [weight, first, second] = [tf.zeros([5]), tf.zeros([5]), tf.zeros([5])];
    const gradient = tf.mul(tf.tensor([Number.NaN, Number.POSITIVE_INFINITY, 0, 1, -1]), 1);
    const constants = { beta1: 0.9, beta2: 0.999, rate: tf.scalar(-0.1), epsilon: tf.scalar(1e-8) };
    const [next] = adamStep([{ weight, first, second, gradient }], constants);
    const weights = Array.from(next!.weight.dataSync());
    expect(weights.slice(0, 3)).toEqual([Number.NaN, Number.NaN, 0]);
    expect(weights[3]).toBe(-weights[4]!);
    expect(next!.second.dataSync()[1]).toBe(Number.POSITIVE_INFINITY);
  });
});
