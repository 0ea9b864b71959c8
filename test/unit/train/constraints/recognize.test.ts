import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeTensor } from '../../../../src/engine/checkpoint/quantize-tensor';
import { fromFloat16, roundToFloat16 } from '../../../../src/engine/checkpoint/dtype';
import type { Tensor } from '../../../../src/engine/checkpoint/types';
import { Random } from '../../../../src/engine/dataset/random';
import type { GraphTensor } from '../../../../src/engine/model/model-graph';
import { constraintOf, constraintWords } from '../../../../src/engine/train/constraints/recognize';

/** Roughly normal numbers, none of them 0. */
const normal = (random: Random): number => {
  const sum = Array.from({ length: 6 }, () => random.below(1e6) / 1e6 - 0.5).reduce((a, b) => a + b, 0);
  return sum === 0 ? 0.1 : 0.05 * sum;
};

const kernel = (data: Float32Array, shape: number[], more: Partial<Tensor> = {}): GraphTensor => ({
  tensor: { name: 'k', shape, dtype: 'float32', data, ...more },
  params: data.length,
  ...{ kernel: true, prunable: true, role: 'kernel', axes: [], columns: 'channels' },
});
const formOf = (one: GraphTensor) => constraintOf(one)?.form;

/** A random kernel of some rows by 8 filters, with zeros at random. */
const weights = fc
  .tuple(fc.integer({ min: 40, max: 120 }), fc.nat(), fc.constantFrom(0, 0.5))
  .map(([rows, seed, cut]) => {
    const random = new Random(seed);
    const data = Float32Array.from({ length: rows * 8 }, () => (random.below(1000) < cut * 1000 ? 0 : normal(random)));
    return { data, shape: [rows, 8], random };
  });
const property = (check: (kernel: { data: Float32Array; shape: number[]; random: Random }) => void) =>
  fc.assert(fc.property(weights, check), { numRuns: 15, seed: 11 });

describe('values that training keeps are recognized', () => {
  it('not in weights of full or half precision', () =>
    property(({ data, shape }) => {
      expect(constraintOf(kernel(data, shape))).toBeUndefined();
      const halves = data.map((value) => fromFloat16(roundToFloat16(value)));
      expect(constraintOf(kernel(halves, shape))).toBeUndefined();
    }));

  it('in clusters, with the values and the assignments', () =>
    property(({ data, shape, random }) => {
      const values = Float32Array.from({ length: 16 }, () => normal(random));
      const clustered = data.map((value) => (value === 0 ? 0 : values[random.below(16)]!));
      const form = formOf(kernel(clustered, shape));
      if (form?.kind !== 'codebook') throw new Error('not recognized');
      expect([...form.values]).toEqual([...new Set(clustered.filter((value) => value !== 0))].sort((a, b) => a - b));
      clustered.forEach((value, i) => value !== 0 && expect(form.values[form.assignments[i]!]).toBe(value));
    }));

  it.each([2, 3, 4, 8])('on a grid of %i bits with a step for each filter', (bits) =>
    property(({ data, shape }) => {
      const most = 2 ** (bits - 1) - 1;
      const largest = new Float32Array(8);
      data.forEach((value, i) => (largest[i % 8] = Math.max(largest[i % 8]!, Math.abs(value))));
      const steps = largest.map((value) => value / Math.max(1, most));
      const level = (value: number, i: number) =>
        Math.max(-most - 1, Math.min(most, Math.round(value / steps[i % 8]!)));
      const rounded = data.map((value, i) => level(value, i) * steps[i % 8]!);
      const form = formOf(kernel(rounded, shape));
      // Of two bits only one size is left.
      if (bits === 2) {
        expect(form?.kind).toBe('binary');
        return;
      }
      if (form?.kind !== 'levels') throw new Error('not recognized');
      const width = form.most.values.map((high, i) => high - form.least.values[i]! + 1);
      expect(Math.max(...width)).toBeLessThanOrEqual(2 ** bits);
      rounded.forEach((value, i) => {
        const step = form.step.values[i % 8]!;
        expect(Math.fround(Math.round(value / step) * step)).toBeCloseTo(value, 8);
      });
    }),
  );

  it('on a grid of 2 bits with more levels on one side', () =>
    property(({ data, shape, random }) => {
      const steps = Float32Array.from({ length: 8 }, () => Math.abs(normal(random)) + 0.001);
      const level = (value: number) => Math.max(-1, Math.min(2, Math.round(value / 0.04)));
      const rounded = data.map((value, i) => level(value) * steps[i % 8]!);
      const form = formOf(kernel(rounded, shape));
      if (form?.kind !== 'levels') throw new Error('not recognized');
      expect([...form.step.values]).toEqual([...steps]);
      expect([Math.min(...form.least.values), Math.max(...form.most.values)]).toEqual([-1, 2]);
    }));

  it('of one size in each filter, or in all', () =>
    property(({ data, shape, random }) => {
      const sizes = Float32Array.from({ length: 8 }, () => Math.abs(normal(random)));
      const signs = data.map((value, i) => Math.sign(value) * sizes[i % 8]!);
      expect(formOf(kernel(signs, shape))).toEqual({ kind: 'binary', over: [0] });
      const all = data.map((value) => Math.sign(value) * sizes[0]!);
      expect(formOf(kernel(all, shape))).toEqual({ kind: 'binary', over: [0, 1] });
    }));

  it('of one value above 0 and one below', () =>
    property(({ data, shape, random }) => {
      const sizes = Float32Array.from({ length: 16 }, () => Math.abs(normal(random)));
      const signs = data.map((value, i) => Math.sign(value) * sizes[(i % 8) + (value < 0 ? 8 : 0)]!);
      expect(formOf(kernel(signs, shape))).toEqual({ kind: 'ternary', over: [0], trainedScales: true });
      const all = data.map((value) => Math.sign(value) * sizes[value < 0 ? 1 : 0]!);
      expect(formOf(kernel(all, shape))).toEqual({ kind: 'ternary', over: [0, 1], trainedScales: true });
    }));

  it('in the numbers of a file', () =>
    property(({ data, shape }) => {
      for (const dtype of ['uint8', 'uint16', 'float16'] as const) {
        const tensor = quantizeTensor({ name: 'k', shape, dtype: 'float32', data }, dtype)!;
        const found = constraintOf({ ...kernel(data, shape), tensor });
        expect(found).toEqual({ stored: tensor.quantization });
        expect(constraintOf({ ...kernel(data, shape), kernel: false, tensor })).toEqual(found);
        expect(constraintWords(found!)).toBe(`stored as ${dtype}`);
      }
    }));

  it('not in a constant kernel, few weights, or a filter of one weight', () => {
    expect(constraintOf(kernel(new Float32Array(64).fill(1), [8, 8]))).toBeUndefined();
    expect(constraintOf(kernel(Float32Array.of(0.1, 0.2, 0.1, 0.3), [2, 2]))).toBeUndefined();
    const each = Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : -1) * Math.sqrt(i + 2));
    expect(constraintOf(kernel(each, [1, 40]))).toBeUndefined();
  });

  it('not on a grid that a file names without a step', () => {
    const quantization = { dtype: 'uint8', min: 0, scale: 0 } as const;
    const data = new Float32Array(64).fill(0.5);
    expect(constraintOf({ ...kernel(data, [8, 8]), tensor: { ...kernel(data, [8, 8]).tensor, quantization } })).toBe(
      undefined,
    );
  });
});
