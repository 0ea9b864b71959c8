import { expect } from 'vitest';
import { backendStats } from '../../../src/engine/backend/index';
import { tf } from '../../../src/engine/backend/tf';
import { numbers } from '../../networks';

/** A tensor of numbers in [-1, 1) that are the same on each call. */
export const tensor = (shape: number[], seed = 1): tf.Tensor =>
  tf.tensor(numbers(tf.util.sizeFromShape(shape), seed), shape);
export const image = (shape: [number, number, number, number], seed = 1): tf.Tensor4D =>
  tensor(shape, seed) as tf.Tensor4D;

/** Gradient of a sum of products, so that no element has the gradient of another. */
export function gradientOf(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor {
  return tf.grad((y: tf.Tensor) => {
    const result = f(y);
    return tf.sum(tf.mul(result, tensor(result.shape, 9)));
  })(x);
}

type Family = () => tf.Tensor | tf.Tensor[];

function evaluate(family: Family): { shape: number[]; dtype: string; values: number[] }[] {
  const results = tf.tidy(family);
  const list = Array.isArray(results) ? results : [results];
  const read = list.map((x) => ({ shape: x.shape, dtype: x.dtype, values: Array.from(x.dataSync()) }));
  tf.dispose(list);
  return read;
}

/** Computes with the cpu backend and with ours, which must agree, and ours without the help of cpu kernels. */
export async function expectAsCpu(family: Family): Promise<void> {
  await tf.setBackend('cpu');
  const expected = evaluate(family);
  await tf.setBackend('onnxruntime');
  const actual = evaluate(family);
  expect(actual.map(({ shape, dtype }) => [dtype, shape])).toEqual(expected.map(({ shape, dtype }) => [dtype, shape]));
  actual.forEach(({ values }, k) => {
    values.forEach((value, i) => {
      const wanted = expected[k]!.values[i]!;
      const near = Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted));
      if (!near) expect(value, `result ${k}, element ${i}`).toBe(wanted);
    });
  });
  expect(backendStats().fallbacks).toEqual({});
}
