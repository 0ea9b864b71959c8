import { describe, expect, test } from 'vitest';
import type { Operation } from '../../src/graph/operations';
import { type Plan, planFlush } from '../../src/graph/plan';
import { isPending, type PendingValue, Value } from '../../src/graph/value';
import { isWorthDividing, workersFor } from '../../src/parallel/division';

const TWO = 2;
const EXAMPLES = 8;

function leaf(...shape: readonly number[]): Value {
  const value = new Value(shape, 'float32');
  value.data = new Float32Array(); // Only the shape is read.
  return value;
}

function node(operation: Operation, inputs: readonly Value[], shape: readonly number[]): Value {
  const value = new Value(shape, 'float32');
  value.node = { operation, inputs, inputShapes: inputs.map((input) => input.shape), signature: 0 };
  return value;
}

const planOf = (...results: readonly Value[]): Plan =>
  planFlush(results.filter((value): value is PendingValue => isPending(value)));

/** The product of examples and a square weight, and the gradient of the weight. */
function product(size: number): { weight: Value; result: Value; gradient: Value } {
  const [x, weight] = [leaf(EXAMPLES, size), leaf(size, size)];
  const activation = { name: 'linear', alpha: 0 } as const;
  const times = (transposeA: boolean): Operation => ({
    kind: 'MatMul',
    attributes: { transposeA, transposeB: false, activation },
  });
  const result = node(times(false), [x, weight], [EXAMPLES, size]);
  return { weight, result, gradient: node(times(true), [x, result], [size, size]) };
}

/** A step of Adam for such a weight. */
function step(size: number): Plan {
  const { weight, gradient } = product(size);
  const moment = (squared: boolean): Value =>
    node({ kind: 'MovingAverage', attributes: { decay: 0.9, squared } }, [leaf(size, size), gradient], [size, size]);
  const [first, second] = [moment(false), moment(true)];
  const next = node({ kind: 'AdamUpdate', attributes: {} }, [weight, first, second, leaf(), leaf()], [size, size]);
  return planOf(next, first, second);
}

describe('dividing a batch', () => {
  test('does not pay if there is little to do', () => {
    expect(isWorthDividing(step(16), TWO)).toBe(false);
  });

  test('pays if all workers update a weight, but not if they return its gradient', () => {
    expect(isWorthDividing(step(500), TWO)).toBe(true);
    expect(isWorthDividing(planOf(product(500).gradient), TWO)).toBe(false);
  });

  test.each([
    [2000, 2, true],
    [2000, 64, false],
    [3000, 2, false],
  ])('depends on memory: weights of %d rows and columns, %d shares: %s', (size, shares, expected) => {
    expect(isWorthDividing(step(size), shares)).toBe(expected);
  });

  test('does not pay with many all-reduces for little work', () => {
    const plan = step(500);
    const { order } = planOf(...Array.from({ length: 40 }, () => node(CLIP, [leaf(1)], [1])));
    expect(isWorthDividing({ ...plan, reduced: new Set(order.slice(0, 1)) }, TWO)).toBe(true);
    expect(isWorthDividing({ ...plan, reduced: new Set(order) }, TWO)).toBe(false);
  });
});

const CLIP: Operation = { kind: 'Clip', attributes: { min: 0, max: 1 } };

describe('the number of workers', () => {
  test.each([
    [100, 2, 2],
    [100, 3, 2],
    [99, 2, 1],
    [99, 4, 3],
    [3, 2, 1],
    [4, 8, 2],
  ])('%d examples, %d threads: %d', (examples, threads, expected) => {
    expect(workersFor(examples, threads)).toBe(expected);
  });
});
