import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { shapeSize } from '../../../src/engine/checkpoint/dtype';
import { prune, zeros } from './models';

/** A model of one layer with a kernel of this shape. */
function kernelOf(type: string, shape: number[], weights: number[]): ModelContent {
  const tensor: Tensor = { name: 'a/kernel', shape, dtype: 'float32', data: Float32Array.from(weights) };
  return {
    modelTopology: { class_name: 'Sequential', config: { layers: [{ class_name: type, config: { name: 'a' } }] } },
    tensors: new Map([[tensor.name, tensor]]),
  };
}

const shape = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 4, 8), fc.integer({ min: 1, max: 5 }));
const conv = shape.chain(([window, inputs, outputs]) => {
  const sizes = [window, window, inputs, outputs];
  const weight = fc.oneof({ weight: 6, arbitrary: fc.float({ min: -2, max: 2, noNaN: true }) }, fc.constant(0));
  return fc
    .array(weight, { minLength: shapeSize(sizes), maxLength: shapeSize(sizes) })
    .map((weights) => ({ sizes, weights }));
});
const score = fc.constantFrom('magnitude' as const, 'l2' as const, 'lamp' as const, 'random' as const);

describe('granularity', () => {
  it('cuts whole groups, and the plan tells what is done, for any kernel and score', () => {
    const granularity = fc.constantFrom('element', 'filter', '2x2', '4x1', '1x3', '3x2');
    fc.assert(
      fc.property(
        conv,
        granularity,
        score,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (kernel, pattern, name, sparsity, allowEmptyLayers) => {
          const content = kernelOf('Conv2D', kernel.sizes, kernel.weights);
          const options = { granularity: pattern, score: name, amount: { sparsity }, allowEmptyLayers };
          const { weights, layers, plan } = prune(content, options);
          const after = weights('a/kernel');
          expect(layers['a']!.sparsity).toBe(zeros(after) / after.length);
          expect(layers['a']!.nonzero).toBe(after.length - zeros(after));
          expect(plan.totals.nonzero).toBe(after.length - zeros(after));
          if (!allowEmptyLayers && zeros(kernel.weights) < after.length)
            expect(zeros(after)).toBeLessThan(after.length);
          const [, , inputs, outputs] = kernel.sizes as [number, number, number, number];
          const size = pattern.split('x').map(Number);
          const groupOf = (i: number): string => {
            const [output, input, place] = [
              i % outputs,
              Math.floor(i / outputs) % inputs,
              Math.floor(i / outputs / inputs),
            ];
            if (pattern === 'element') return String(i);
            if (pattern === 'filter') return String(output);
            return `${place} ${Math.floor(input / size[0]!)} ${Math.floor(output / size[1]!)}`;
          };
          const cut = new Set([...after.keys()].filter((i) => after[i] === 0 && kernel.weights[i] !== 0).map(groupOf));
          for (const i of after.keys()) {
            if (cut.has(groupOf(i))) expect(after[i]).toBe(0);
            else expect(after[i]! + 0).toBe(Math.fround(kernel.weights[i]!) + 0);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps the N largest of each M neighbouring input channels', () => {
    const content = kernelOf('Dense', [8, 2], [1, 9, 2, 8, 3, 7, 4, 6, -8, 1, 7, -2, -6, 3, 5, 4]);
    const { weights, layers } = prune(content, { granularity: '2:4' });
    expect(weights('a/kernel')).toEqual([0, 9, 0, 8, 3, 0, 4, 0, -8, 0, 7, 0, 0, 3, 0, 4]);
    expect(layers['a']).toMatchObject({ state: 'pruned', sparsity: 0.5, threshold: null });
  });

  it('cuts the windows of a convolution whole, and those of transposed ones along their own axes', () => {
    const content = kernelOf('Conv1D', [2, 1, 3], [1, 5, 3, 1, 5, 3]);
    const kernels = prune(content, { granularity: 'kernel', amount: { sparsity: 0.34 } });
    expect(kernels.weights('a/kernel')).toEqual([0, 5, 3, 0, 5, 3]);
    const transposed = kernelOf('Conv2DTranspose', [1, 1, 2, 2], [1, 1, 5, 5]);
    const filters = prune(transposed, { granularity: 'filter', amount: { sparsity: 0.5 } });
    expect(filters.weights('a/kernel')).toEqual([0, 0, 5, 5]);
  });

  it('takes columns that gates share for no filters, within wrappers either', () => {
    const inner = { class_name: 'LSTM', config: { name: 'lstm', units: 1 } };
    for (const [type, config] of [
      ['LSTM', { units: 1 }],
      ['Bidirectional', { layer: inner }],
      ['TimeDistributed', { layer: inner }],
      ['CuDNNLSTM', {}],
    ] as const) {
      const { tensors } = kernelOf(type, [3, 4], new Array<number>(12).fill(1));
      const layers = [{ class_name: type, config: { name: 'a', ...config } }];
      const model = { tensors, modelTopology: { class_name: 'Sequential', config: { layers } } };
      expect(() => prune(model, { granularity: 'filter', amount: { sparsity: 0.5 } }), type).toThrow(
        /columns of its kernel are not filters or neurons: its gates share them/,
      );
    }
  });

  it('leaves alone what does not divide, with the reason, and is an error only where nothing fits', () => {
    const small = kernelOf('Dense', [3, 1], [1, 2, 3]);
    const big: Tensor = { name: 'b/kernel', shape: [4, 1], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4) };
    const described = ['a', 'b'].map((name) => ({ class_name: 'Dense', config: { name } }));
    const both: ModelContent = {
      modelTopology: { class_name: 'Sequential', config: { layers: described } },
      tensors: new Map([...small.tensors, [big.name, big]]),
    };
    const { layers, weights } = prune(both, { granularity: '1:4' });
    expect(layers['a']).toMatchObject({
      state: 'skipped',
      reason: 'its 3 input channels cannot be divided into groups of 4',
    });
    expect([weights('a/kernel'), weights('b/kernel')]).toEqual([
      [1, 2, 3],
      [0, 0, 0, 4],
    ]);
    expect(() => prune(small, { granularity: '1:4' })).toThrow(
      'The granularity 1:4 fits no layer ("a": its 3 input channels cannot be divided into groups of 4): choose another.',
    );
    expect(() => prune(both, { granularity: '4:4' })).toThrow(/^The granularity 4:4 keeps every weight: /);
    expect(() => prune(both, { granularity: '2:4', amount: { sparsity: 0.5 } })).toThrow(
      'The granularity 2:4 sets the sparsity itself: leave the amount out.',
    );
    const guarded = prune(both, { protect: ['a*'], amount: { sparsity: 0.3 }, scope: 'layer' });
    expect(guarded.layers['a']).toMatchObject({ state: 'protected', reason: '"a*" in "protect" names it' });
    expect(guarded.weights('a/kernel')).toEqual([1, 2, 3]);
    expect(() => prune(both, { protect: ['conv?'], amount: { sparsity: 0.3 } })).toThrow(
      '"conv?" in "protect" names no layer of the model: its layers are "a", "b".',
    );
  });
});

describe('importance scores', () => {
  it('LAMP is w^2 over the squares that are no smaller; the random baseline goes by the seed', () => {
    const content = kernelOf('Dense', [3, 1], [1, -2, 2]);
    expect(prune(content, { score: 'lamp', amount: { threshold: 0.2 } }).weights('a/kernel')).toEqual([0, -2, 2]);
    expect(prune(content, { score: 'lamp', amount: { threshold: 0.1 } }).weights('a/kernel')).toEqual([1, -2, 2]);
    expect(() => prune(content, { score: 'lamp', amount: { standardDeviations: 1 } })).toThrow(/^Standard deviations /);
    const wide = kernelOf('Dense', [64, 1], new Array<number>(64).fill(1));
    const random = () => prune(wide, { score: 'random', amount: { sparsity: 0.5 } }).weights('a/kernel');
    expect(random()).toEqual(random());
    expect(random().slice(0, 32)).not.toEqual(new Array<number>(32).fill(0));
  });
});
