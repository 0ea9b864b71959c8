import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../../src/engine/tf';
import { alternate } from '../../../../src/engine/compress/compact/alternate';
import { bottleneck } from '../../../../src/engine/compress/compact/bottleneck';
import type { Form, Sizes } from '../../../../src/engine/compress/compact/form';
import { grouped } from '../../../../src/engine/compress/compact/grouped';
import { separable } from '../../../../src/engine/compress/compact/separable';
import { Random } from '../../../../src/engine/dataset/random';

beforeAll(() => tf.setBackend('cpu'));

const forms = { separable, bottleneck };
const drawn = (random: Random, length: number): Float32Array =>
  new Float32Array(length).map(() => random.uint32() / 2 ** 31 - 1);

/** A convolution with a form, sizes that it can have, and whether inputs vary together. */
const cases = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  name: fc.constantFrom('separable' as const, 'bottleneck' as const),
  taps: fc.constantFrom(2, 4, 9),
  inputs: fc.integer({ min: 1, max: 5 }),
  outputs: fc.integer({ min: 1, max: 6 }),
  measured: fc.boolean(),
  /** Nothing enters the first channel. */
  dead: fc.boolean(),
  part: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

function setUp({
  seed,
  name,
  taps,
  inputs,
  outputs,
  measured,
  dead,
  part,
}: typeof cases extends fc.Arbitrary<infer T> ? T : never) {
  const random = new Random(1, seed);
  const form: Form = forms[name];
  const convolution = { taps, inputs, outputs };
  const of = (most: number): number => 1 + Math.floor(part * most);
  const sizes: Sizes =
    name === 'separable' ? [of(Math.min(taps, outputs))] : [of(Math.min(inputs, taps * outputs)), of(outputs)];
  const shapes =
    name === 'separable'
      ? [
          [taps, inputs, sizes[0]!],
          [inputs * sizes[0]!, outputs],
        ]
      : [
          [inputs, sizes[0]!],
          [taps, sizes[0]!, sizes[1]!],
          [sizes[1]!, outputs],
        ];
  const factors = shapes.map((shape) =>
    tf.tensor(
      drawn(
        random,
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
    ),
  );
  const rows = taps * inputs;
  const values = drawn(random, 40 * rows).map((value, i) => (dead && (i % rows) % inputs === 0 ? 0 : value));
  const x = tf.tensor2d(values, [40, rows]);
  const moments = tf.matMul<tf.Tensor2D>(x, x, true);
  return { form, convolution, sizes, factors, moments, measured, rows, outputs, random };
}

const far = (a: tf.Tensor, b: tf.Tensor): number => tf.norm(tf.sub(a, b)).dataSync()[0]! / tf.norm(b).dataSync()[0]!;

describe('compact forms', () => {
  it('find a kernel that has the form, whatever its inputs', () => {
    fc.assert(
      fc.property(cases, (given) => {
        tf.tidy(() => {
          const { form, convolution, sizes, factors, moments, measured } = setUp(given);
          const kernel = form.compose(convolution, factors);
          const problem = {
            convolution,
            kernel: Float32Array.from(kernel.dataSync()),
            moments: measured ? Float32Array.from(moments.dataSync()) : null,
          };
          const found = form.starts(problem)(sizes);
          const again = form.compose(
            convolution,
            found.map(({ data, shape }) => tf.tensor(data, [...shape])),
          );
          expect(again.shape).toEqual([given.taps * given.inputs, given.outputs]);
          expect(far(again, kernel)).toBeLessThan(2e-3);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('come nearer to any kernel by alternating least squares', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { form, convolution, factors, moments, rows, outputs, random } = setUp(given);
        const original = tf.tensor2d(drawn(random, rows * outputs), [rows, outputs]);
        const error = (of: readonly tf.Tensor[]): number =>
          tf.tidy(() => {
            const off = tf.sub<tf.Tensor2D>(form.compose(convolution, of), original);
            return tf.sum(tf.mul(off, tf.matMul(moments, off))).dataSync()[0]!;
          });
        const equations = tf.tidy(() => ({
          moments,
          diagonal: tf.reshape<tf.Rank.R2>(tf.sum(tf.mul(moments, tf.eye(rows)), 1), [rows, 1]),
          products: tf.matMul<tf.Tensor2D>(moments, original),
        }));
        const spread = error(factors.map((factor) => tf.zerosLike(factor)));
        const found = await alternate(equations, factors, {
          ...{ original, spread, pause: () => Promise.resolve() },
          compose: (of) => form.compose(convolution, of),
        });
        expect(error(found)).toBeLessThanOrEqual(error(factors) * 1.0001 + 1e-4);
        tf.dispose([found, factors, moments, original, equations.diagonal, equations.products]);
      }),
      { numRuns: 30 },
    );
  });

  it('of groups multiply each channel by the filters of its group alone', () => {
    const convolution = { taps: 4, inputs: 6, outputs: 4 };
    const kernel = tf.tidy(() => Float32Array.from(tf.range(1, 97).dataSync()));
    const [values] = grouped.starts({ convolution, kernel, moments: null })([2]);
    expect(values!.shape).toEqual([4, 3, 4]);
    const whole = tf.tidy(() => grouped.compose(convolution, [tf.tensor(values!.data, [...values!.shape])]).dataSync());
    kernel.forEach((value, i) => {
      const [input, output] = [Math.floor(i / 4) % 6, i % 4];
      expect(whole[i]).toBe(Math.floor(input / 3) === Math.floor(output / 2) ? value : 0);
    });
  });
});
