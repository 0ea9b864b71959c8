import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../../src/engine/tf';
import { dequantize } from '../../../../src/engine/checkpoint/dtype';
import { quantizeExactly } from '../../../../src/engine/checkpoint/requantize';
import { quantizeTensor } from '../../../../src/engine/checkpoint/quantize-tensor';
import { Random } from '../../../../src/engine/dataset/random';
import { Adam } from '../../../../src/engine/train/adam';
import type { TrainedWeight } from '../../../../src/engine/train/slot';
import type { Constraint } from '../../../../src/engine/train/constraints/constraint';
import { codebookOf } from '../../../../src/engine/train/constraints/distinct';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const RATE = 0.01;
const STEPS = 12;
const normal = (random: Random): number => (random.below(2001) - 1000) / 500;

/** A kernel of `inputs` x 3 with zeros where `kept` is 0, steps on it, and what plain tf.train.adam makes of `start`. */
async function stepped(
  { values, mask, shape = [values.length / 3, 3] }: { values: Float32Array; mask: Uint8Array; shape?: number[] },
  constraint: Constraint,
  seed: number,
) {
  const random = new Random(seed);
  const weight: TrainedWeight = { name: 'w', variable: tf.variable(tf.tensor(values, shape)) };
  const adam = new Adam([weight], { masks: new Map([['w', mask]]), constraints: new Map([['w', constraint]]) });
  const gradients: Float32Array[] = [];
  for (let i = 0; i < STEPS; i++) {
    const gradient = values.map(() => normal(random));
    gradients.push(gradient.map((value, k) => value * mask[k]!));
    const { rate, epsilon } = adam.begin(RATE);
    tf.tidy(() => {
      const numbers = { rate: tf.scalar(rate), epsilon: tf.scalar(epsilon) };
      adam.apply({ [weight.variable.name]: tf.tensor(gradient, shape) }, numbers);
    });
    await adam.finish({ rate, epsilon });
  }
  const after = weight.variable.dataSync<'float32'>().slice();
  const { slots } = await adam.save();
  adam.dispose();
  weight.variable.dispose();
  return { after, slots, gradients };
}

/** Steps of stock Adam. */
function stock(start: Float32Array, gradients: readonly Float32Array[]): Float32Array {
  const variable = tf.variable(tf.tensor1d(start));
  const optimizer = tf.train.adam(RATE, 0.9, 0.999, 1e-8);
  for (const gradient of gradients)
    tf.tidy(() => optimizer.applyGradients([{ name: variable.name, tensor: tf.tensor1d(gradient) }]));
  const values = variable.dataSync<'float32'>().slice();
  variable.dispose();
  optimizer.dispose();
  return values;
}

const near = (ours: ArrayLike<number>, theirs: ArrayLike<number>): void => {
  expect(ours.length).toBe(theirs.length);
  for (let i = 0; i < ours.length; i++) expect(ours[i]).toBeCloseTo(theirs[i]!, 4);
};

/** Random rows of three columns, a mask, and a seed. */
const kernels = fc
  .tuple(fc.integer({ min: 2, max: 12 }), fc.nat(), fc.constantFrom(0, 0.4))
  .map(([rows, seed, share]) => {
    const random = new Random(seed);
    const mask = Uint8Array.from({ length: rows * 3 }, () => (random.below(1000) < share * 1000 ? 0 : 1));
    const values = Float32Array.from({ length: rows * 3 }, (_, i) => (mask[i] === 1 ? normal(random) || 1 : 0));
    return { values, mask, seed };
  });

const property = (check: (kernel: { values: Float32Array; mask: Uint8Array; seed: number }) => Promise<void>) =>
  fc.assert(fc.asyncProperty(kernels, check), { numRuns: 25, seed: 7 });

/** Sums per group. */
function sums(values: Float32Array, groupOf: (i: number) => number, groups: number): Float32Array {
  const total = new Float32Array(groups);
  values.forEach((value, i) => (total[groupOf(i)]! += value));
  return total;
}

describe('the values of a codebook', () => {
  it('go the way of tf.train.adam with the summed gradients of their weights; assignments and zeros stay', () =>
    property(async ({ values: free, mask, seed }) => {
      const choices = Float32Array.of(-0.5, 0.25, 0.75);
      const values = free.map((value, i) => (mask[i] === 0 ? 0 : choices[Math.abs(Math.round(value * 10)) % 3]!));
      const codebook = codebookOf(values, choices);
      const { after, slots, gradients } = await stepped({ values, mask }, { form: codebook }, seed);
      const number = (i: number) => codebook.assignments[i]!;
      const expected = stock(
        codebook.values,
        gradients.map((gradient) => sums(gradient, number, 3)),
      );
      near(slots[0]!.shadow!, expected);
      after.forEach((value, i) => expect(value + 0).toBe(mask[i] === 0 ? 0 : slots[0]!.shadow![number(i)]));
    }));
});

describe('the values of a codebook whose weights may move', () => {
  it('are the means of the shadows that are nearest, which go the way of tf.train.adam', () =>
    property(async ({ values: shadow, mask, seed }) => {
      const values = Float32Array.of(-1, 0.25, 1);
      const few = shadow.map((value, i) => (mask[i] === 0 ? 0 : value < -0.4 ? -1 : value < 0.6 ? 0.25 : 1));
      const form = { kind: 'codebook', values, assignments: new Uint8Array(few.length), moves: true } as const;
      const { after, slots, gradients } = await stepped({ values: few, mask }, { form, shadow }, seed);
      near(slots[0]!.shadow!, stock(shadow, gradients));
      const last = slots[1]!.shadow!;
      expect(slots[1]!.name).toBe('w#values');
      for (const [k, value] of last.entries()) {
        const own = [...slots[0]!.shadow!].filter((_, i) => mask[i] === 1 && after[i] === value);
        if (own.length > 0) expect(value).toBeCloseTo(meanOf(own), 5);
        if (k > 0) expect(value).toBeGreaterThan(last[k - 1]!);
      }
      after.forEach((value, i) => (mask[i] === 0 ? expect(value + 0).toBe(0) : expect(last).toContain(value)));
    }));
});

/** Checks that the shadow goes the way of tf.train.adam, and that each weight is `project` of it. */
async function withShadow(
  { values: shadow, mask, seed }: { values: Float32Array; mask: Uint8Array; seed: number },
  constraint: Constraint,
  project: (shadow: Float32Array) => Float32Array,
): Promise<void> {
  const { after, slots, gradients } = await stepped({ values: project(shadow), mask }, { ...constraint, shadow }, seed);
  near(slots[0]!.shadow!, stock(shadow, gradients));
  const expected = project(slots[0]!.shadow!);
  after.forEach((value, i) => {
    if (mask[i] === 0) expect(value + 0).toBe(0);
    else expect(value).toBeCloseTo(expected[i]!, 5);
  });
}

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, numbers.length);

/** Projects the weights of each column by themselves. */
const byColumn =
  (mask: Uint8Array, project: (column: readonly number[]) => (value: number) => number) =>
  (shadow: Float32Array): Float32Array => {
    const rules = [0, 1, 2].map((column) =>
      project([...shadow].filter((_, i) => i % 3 === column && mask[i] === 1).map(Number)),
    );
    return shadow.map((value, i) => (mask[i] === 0 ? 0 : rules[i % 3]!(value)));
  };

const ternary = (values: readonly number[]) => {
  const threshold = 0.7 * meanOf(values.map(Math.abs));
  const scale = meanOf(values.map(Math.abs).filter((size) => size > threshold));
  return (value: number): number => (Math.abs(value) > threshold ? Math.sign(value) * scale : 0);
};
const binary = (values: readonly number[]) => {
  const scale = meanOf(values.map(Math.abs));
  return (value: number): number => (value < 0 ? -scale : scale);
};

describe('a shadow goes the way of tf.train.adam, and its weight', () => {
  it('is on the grid of its channel', () =>
    property(async (kernel) => {
      const steps = Float32Array.of(0.125, 0.25, 0.5);
      const numbers = (values: Float32Array) => ({ shape: [1, 3], values });
      const form = {
        kind: 'levels',
        step: numbers(steps),
        least: numbers(Float32Array.of(-3, -3, -3)),
        most: numbers(Float32Array.of(2, 3, 3)),
      } as const;
      const level = (i: number, value: number): number => {
        const at = Math.min(form.most.values[i % 3]!, Math.max(-3, value / steps[i % 3]!));
        const low = Math.floor(at);
        const up = at - low > 0.5 || (at - low === 0.5 && low % 2 !== 0);
        return up ? low + 1 : low;
      };
      const project = (shadow: Float32Array) =>
        shadow.map((value, i) => (kernel.mask[i] === 0 ? 0 : level(i, value) * steps[i % 3]!));
      const { after, slots } = await stepped(
        { values: project(kernel.values), mask: kernel.mask },
        { form, shadow: kernel.values },
        kernel.seed,
      );
      const { shadow } = slots[0]!;
      // Exactly one product of float32, so that files and the network agree.
      after.forEach((value, i) =>
        expect(value + 0).toBe(Math.fround(level(i, shadow![i]!) * steps[i % 3]!) * kernel.mask[i]! + 0),
      );
      shadow!.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(-3 * steps[i % 3]!);
        expect(value).toBeLessThanOrEqual(form.most.values[i % 3]! * steps[i % 3]!);
      });
    }));

  it('is ternary with the scale of its tensor, or of each filter', () =>
    property(async (kernel) => {
      const of = (over: number[]) => ({ form: { kind: 'ternary', over, trainedScales: false } }) as const;
      await withShadow(kernel, of([0]), byColumn(kernel.mask, ternary));
      const whole = (shadow: Float32Array): Float32Array => {
        const rule = ternary([...shadow].filter((_, i) => kernel.mask[i] === 1));
        return shadow.map((value, i) => (kernel.mask[i] === 0 ? 0 : rule(value)));
      };
      await withShadow(kernel, of([0, 1]), whole);
    }));

  it('is binary with the scale of each filter', () =>
    property(async ({ values, ...kernel }) => {
      // A shadow that stays within its limits.
      const small = { ...kernel, values: values.map((value) => value / 3) };
      await withShadow(small, { form: { kind: 'binary', over: [0] } }, byColumn(kernel.mask, binary));
    }));

  it('is binary, with a shadow that is clipped at 1', async () => {
    const values = Float32Array.of(1, -1, 0.999, -0.999, 1, -1);
    const kernel = { values, mask: new Uint8Array(6).fill(1) };
    const { slots } = await stepped(kernel, { form: { kind: 'binary', over: [0] } }, 5);
    const { shadow } = slots[0]!;
    expect(Math.max(...shadow!.map(Math.abs))).toBe(1);
    expect([...shadow!].some((value) => Math.abs(value) < 0.999)).toBe(true);
  });

  it('is the exact value that its file holds', () =>
    property(async ({ values, mask, seed }) => {
      for (const dtype of ['uint8', 'uint16', 'float16'] as const) {
        const small = values.map((value, i) => (i % 5 === 0 ? value * 1e-5 : value));
        const tensor = quantizeTensor(
          { name: 'w', shape: [small.length / 3, 3], dtype: 'float32', data: small },
          dtype,
        )!;
        const data = tensor.data as Float32Array;
        const { after } = await stepped({ values: data, mask }, { stored: tensor.quantization! }, seed);
        const stored = quantizeExactly(after.map((value) => value + 0), tensor.quantization!); // prettier-ignore
        expect(stored).toBeDefined();
        const bytes = new Uint8Array(stored!.values.buffer);
        expect([...dequantize(bytes, 'float32', stored!.quantization)]).toEqual([...after].map((value) => value + 0));
        if (mask.includes(1)) expect([...after]).not.toEqual([...data]);
      }
    }));
});

describe('trained ternary values', () => {
  it('move by the summed gradients of their weights, each by itself', async () => {
    const values = Float32Array.of(1, -1, 1, 0, 0, 0, -1, 1, -1);
    const mask = new Uint8Array(9).fill(1);
    const form = { kind: 'ternary', over: [0, 1], trainedScales: true } as const;
    const shadow = Float32Array.of(5, -5, 6, 0.1, -0.1, 0, -7, 7, -6);
    const { after, slots, gradients } = await stepped({ values, mask }, { form, shadow }, 3);
    const sign = [1, -1, 1, 0, 0, 0, -1, 1, -1];
    const [above, below] = [1, -1].map((side) =>
      gradients.map((gradient) =>
        Float32Array.of(side * gradient.reduce((sum, value, i) => sum + (sign[i] === side ? value : 0), 0)),
      ),
    );
    near(slots[1]!.shadow!, stock(Float32Array.of(6), above!));
    near(slots[2]!.shadow!, stock(Float32Array.of(6), below!));
    expect(slots.map(({ name }) => name)).toEqual(['w', 'w#above', 'w#below']);
    expect(new Set([...after].map((value) => value + 0)).size).toBe(3);
  });
});
