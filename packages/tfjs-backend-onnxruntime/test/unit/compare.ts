import { expect } from 'vitest';
import { backendStats } from '../../src/index';
import { tf } from '../../testing/tf';
import { numbers } from '../../testing/networks';
import { expectNear } from '../../testing/near';

/** A tensor of numbers in [-1, 1), the same on each call. */
export const tensor = (shape: number[], seed = 1): tf.Tensor =>
  tf.tensor(numbers(tf.util.sizeFromShape(shape), seed), shape);
export const image = (shape: [number, number, number, number], seed = 1): tf.Tensor4D =>
  tensor(shape, seed) as tf.Tensor4D;

/** The gradient of a sum of products with different factors, so that all elements differ. */
export function gradientOf(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor {
  return tf.grad((y: tf.Tensor) => {
    const result = f(y);
    return tf.sum(tf.mul(result, tensor(result.shape, 9)));
  })(x);
}

type Family = () => tf.Tensor | tf.Tensor[];

interface Values {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: number[];
}

function evaluate(family: Family): Values[] {
  const results = tf.tidy(family);
  const list = Array.isArray(results) ? results : [results];
  const read = list.map((x) => ({ shape: x.shape, dtype: x.dtype, values: Array.from(x.dataSync()) }));
  tf.dispose(list);
  return read;
}

/** Results of the cpu backend by question. */
const answers = new Map<string, Values[]>();

async function onCpu(family: Family, question?: string): Promise<Values[]> {
  const known = question === undefined ? undefined : answers.get(question);
  if (known) return known;
  await tf.setBackend('cpu');
  const answer = evaluate(family);
  if (question !== undefined) answers.set(question, answer);
  return answer;
}

/**
 * Computes with the cpu backend and with ours, which must agree, ours without cpu kernels. The cpu backend computes
 * each `question` once per file.
 */
export async function expectAsCpu(family: Family, question?: string): Promise<void> {
  const expected = await onCpu(family, question);
  await tf.setBackend('onnxruntime');
  const actual = evaluate(family);
  expect(actual.map(({ shape, dtype }) => [dtype, shape])).toEqual(expected.map(({ shape, dtype }) => [dtype, shape]));
  for (const [k, { values }] of actual.entries()) expectNear(values, expected[k]!.values, `result ${k}`);
  expect(backendStats().fallbacks).toEqual({});
}
