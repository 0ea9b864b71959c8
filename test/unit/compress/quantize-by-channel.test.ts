import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { gridOf, levelOf, roundedTo, valueAt, weightsOf } from '../../../src/engine/compress/quantize/channel-grid';
import { quantized } from '../../../src/engine/compress/quantize/quantize';
import { QuantizeStep } from '../../../src/protocol/steps/quantize';
import { modelOf } from './models';
import { solveOnGrid } from '../../../src/engine/compress/quantize/solve-on-grid';
import { tf } from '../../../src/engine/tf';

beforeAll(() => tf.setBackend('cpu'));

const values = (length: number) =>
  fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: length, maxLength: length });
const kind = fc.constantFrom('symmetric' as const, 'affine' as const);
const bits = fc.constantFrom(2, 3, 4, 8);

describe('the grid of a channel', () => {
  it('has at most 2^bits levels with 0 among them, and rounds to the nearest', () => {
    fc.assert(
      fc.property(values(40), bits, kind, (given, width, how) => {
        const data = Float32Array.from(given);
        const grid = gridOf(data, width, how);
        const { scale, lowest, highest } = grid;
        expect(scale).toBeGreaterThan(0);
        expect(highest - lowest + 1).toBe(how === 'affine' ? 2 ** width : 2 ** width - 1);
        expect(lowest).toBeLessThanOrEqual(0);
        expect(highest).toBeGreaterThanOrEqual(0);
        const levels = Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i);
        const farther = data.filter((value) => {
          const error = Math.abs(value - levelOf(value, grid) * scale);
          return levels.some((level) => Math.abs(value - level * scale) < error - 1e-9);
        });
        expect([...farther]).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('is no worse than one over the whole range', () => {
    fc.assert(
      fc.property(values(60), fc.constantFrom(2, 3, 4), (given, width) => {
        const data = Float32Array.from(given);
        const top = Math.max(...data.map(Math.abs));
        const error = (grid: Parameters<typeof levelOf>[1]): number =>
          data.reduce((sum, value) => sum + (value - levelOf(value, grid) * grid.scale) ** 2, 0);
        const half = 2 ** (width - 1) - 1;
        const plain = { scale: Math.fround(top / half), lowest: -half, highest: half };
        if (top > 1e-3) expect(error(gridOf(data, width, 'symmetric'))).toBeLessThanOrEqual(error(plain) + 1e-9);
      }),
    );
  });

  it('belongs to the output channel, wherever its axis is', () => {
    const data = Float32Array.from({ length: 2 * 3 * 2 }, (_, i) => i + 1);
    const channels = { count: 3, inner: 2 };
    expect([0, 1, 2].map((channel) => [...weightsOf(data, channels, channel)])).toEqual([
      [1, 2, 7, 8],
      [3, 4, 9, 10],
      [5, 6, 11, 12],
    ]);
    const grids = [1, 10, 100].map((scale) => ({ scale, lowest: -1, highest: 1 }));
    expect([...roundedTo({ channels, grids }, data)]).toEqual([1, 1, 0, 0, 0, 0, 1, 1, 10, 10, 0, 0]);
  });
});

describe('rounding with compensation', () => {
  const [rows, inputs, outputs] = [12, 7, 3];
  const problem = (xs: readonly number[], weights: readonly number[], width: number) => {
    const x = tf.tensor2d([...xs], [rows, inputs]);
    const original = tf.tensor2d([...weights], [inputs, outputs]);
    const channels = { count: outputs, inner: 1 };
    const kernel = Float32Array.from(weights);
    const grids = Array.from({ length: outputs }, (_, channel) =>
      gridOf(weightsOf(kernel, channels, channel), width, 'affine'),
    );
    const start = tf.tensor2d(roundedTo({ channels, grids }, kernel), [inputs, outputs]);
    const moments = tf.matMul<tf.Tensor2D>(x, x, true);
    const equations = {
      moments,
      diagonal: tf.reshape<tf.Rank.R2>(tf.sum(tf.square(x), 0), [inputs, 1]),
      products: tf.matMul<tf.Tensor2D>(moments, original),
    };
    const error = (candidate: tf.Tensor2D): number =>
      tf.tidy(() => tf.sum(tf.square(tf.matMul(x, tf.sub(candidate, original)))).dataSync()[0]!);
    return { ...{ equations, original, start, grids, error }, pause: () => Promise.resolve() };
  };

  it('stays on the grid, keeps zeros, and has no larger error, for any inputs', async () => {
    await fc.assert(
      fc.asyncProperty(
        values(rows * inputs),
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: -2, max: 2, noNaN: true })), {
          minLength: inputs * outputs,
          maxLength: inputs * outputs,
        }),
        fc.constantFrom(2, 3, 4),
        async (xs, weights, width) => {
          const { error, ...given } = problem(xs, weights, width);
          const { kernel, grids } = await solveOnGrid({ ...given, damping: 0 });
          const found = kernel.dataSync();
          found.forEach((value, i) => {
            const grid = grids[i % outputs]!;
            expect(value).toBe(valueAt(levelOf(value, grid), grid));
            if (Math.fround(weights[i]!) === 0) expect(value).toBe(0);
          });
          const before = error(given.start);
          expect(error(kernel)).toBeLessThanOrEqual(before * 1.0001 + 1e-3);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds the best levels of a small kernel that rounding to the nearest misses', async () => {
    // Both inputs are nearly the same, so errors of opposite sign cancel out.
    const xs = Array.from({ length: rows }, (_, i) => [1 + (i % 3), 1.01 + (i % 3), 0, 0, 0, 0, 0]).flat();
    const weights = Array.from({ length: inputs * outputs }, (_, i) => (i < 2 * outputs ? 0.4 : 1));
    const { error, ...given } = problem(xs, weights, 2);
    const grids = given.grids.map(() => ({ scale: 1, lowest: -1, highest: 2 }));
    const start = tf.tensor2d(
      roundedTo({ channels: { count: outputs, inner: 1 }, grids }, Float32Array.from(weights)),
      [inputs, outputs],
    );
    const { kernel } = await solveOnGrid({ ...given, start, grids, damping: 0 });
    expect(error(kernel)).toBeLessThan(error(start) / 10);
  });
});

it('quantizes tensors that are named by their places in a Keras archive', () => {
  const model = modelOf({ dense: { type: 'Dense', tensors: { kernel: [0.3, -0.2, 0.11], bias: [0.1] } } });
  const places = new Map([
    ['dense/kernel', 'layers/dense/vars/0'],
    ['dense/bias', 'layers/dense/vars/1'],
  ]);
  const tensors = [...model.tensors.values()].map((one) => ({ ...one, name: places.get(one.name)! }));
  const archived = { ...model, tensors: new Map(tensors.map((one) => [one.name, one])) };
  const { grids, layers, model: done } = quantized(archived, QuantizeStep.parse({ step: 'quantize', bits: 'int4' }));
  expect([...grids.keys()]).toEqual(['layers/dense/vars/0']);
  expect(layers[0]).toMatchObject({ state: 'quantized', bits: 'int4' });
  expect(layers[0]!.error).toBeGreaterThan(0);
  expect(done.tensors.get('layers/dense/vars/0')!.data).not.toEqual(archived.tensors.get('layers/dense/vars/0')!.data);
});
