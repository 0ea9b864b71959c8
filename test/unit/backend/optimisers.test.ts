import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adamStep, disposeBackend, installBackend } from '../../../src/engine/backend/index';
import { BACKEND_NAME } from '../../../src/engine/backend/step-boundary';
import { tf } from '../../../src/engine/backend/tf';
import { numbers } from '../../networks/index';

beforeAll(() => installBackend({ threads: 1, onFallback: 'throw' }));
afterAll(disposeBackend);

/** Weights after each of three steps, and the moments after the last. */
async function steps(backend: string, shape: number[]): Promise<number[][]> {
  await tf.setBackend(backend);
  const size = shape.reduce((all, length) => all * length, 1);
  let [weight, first, second]: tf.Tensor[] = [tf.tensor(numbers(size, 1), shape), tf.zeros(shape), tf.zeros(shape)];
  const weights: number[][] = [];
  for (let i = 0; i < 3; i++) {
    const gradient = tf.tensor(numbers(size, 2 + i), shape);
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

describe('a step of Adam', () => {
  it.each([[[1]], [[7]], [[3, 3, 16, 32]]])(
    'of a weight of shape %s is that of the standard operators',
    async (shape) => {
      const [ours, theirs] = [await steps(BACKEND_NAME, shape), await steps('cpu', shape)];
      ours.forEach((values, i) =>
        values.forEach((value, k) => expect(Math.abs(value - theirs[i]![k]!)).toBeLessThanOrEqual(1e-6)),
      );
    },
  );
});
