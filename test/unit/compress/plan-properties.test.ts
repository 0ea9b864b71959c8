import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PruneAmount } from '../../../src/protocol/steps/prune';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { dense, modelOf, prune, zeros } from './models';

const weight = fc.oneof(fc.constantFrom(0, -0, 1, -1, 0.5, -0.5), fc.float({ noNaN: true, noDefaultInfinity: true }));
const kernel = fc.array(weight, { minLength: 1, maxLength: 30 });
const model = fc.record({ a: kernel, b: kernel, c: kernel, d: kernel }).map(({ a, b, c, d }) =>
  modelOf({
    a: dense(...a),
    b: dense(...b),
    c: { type: 'DepthwiseConv2D', tensors: { depthwise_kernel: c } },
    d: dense(...d),
  }),
);
const amount: fc.Arbitrary<PruneAmount> = fc.oneof(
  fc.record({ threshold: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 10, noNaN: true })) }),
  fc.record({ sparsity: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ standardDeviations: fc.double({ min: 0, max: 3, noNaN: true }) }),
);
const step = fc.record({
  scope: fc.constantFrom('global' as const, 'layer' as const),
  amount,
  layers: fc.dictionary(fc.constantFrom('a', 'b'), amount),
  allowEmptyLayers: fc.boolean(),
});

describe('any prune plan', () => {
  it('is what applying it does: counts, sparsities and totals agree with the weights', () => {
    fc.assert(
      fc.property(model, step, (content, options) => {
        fc.pre(reachable(content, options));
        const { plan, tensors, masks } = prune(content, options);
        let [kernels, kernelZeros, nonzero] = [0, 0, 0];
        for (const layer of plan.layers) {
          const own = [...tensors.values()].filter(({ name }) => name.startsWith(`${layer.name}/`));
          const kernelTensors = own.filter(({ name }) => !name.endsWith('bias'));
          const size = kernelTensors.reduce((total, { data }) => total + data.length, 0);
          const empty = kernelTensors.reduce((total, { data }) => total + zeros(data), 0);
          expect(layer.sparsity).toBe(empty / size);
          expect(layer.nonzero).toBe(own.reduce((total, { data }) => total + data.length - zeros(data), 0));
          kernels += size;
          kernelZeros += empty;
          nonzero += layer.nonzero;
        }
        expect(plan.totals.nonzero).toBe(nonzero);
        expect(plan.totals.sparsity).toBe(kernelZeros / kernels);
        for (const [name, mask] of masks) {
          expect([...mask]).toEqual(Array.from(tensors.get(name)!.data, (value) => (value === 0 ? 0 : 1)));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('cuts the smallest and changes nothing else, and never the last weight of a layer unasked', () => {
    fc.assert(
      fc.property(model, step, (content, options) => {
        fc.pre(reachable(content, options));
        const { plan, tensors } = prune(content, options);
        for (const { name, data } of content.tensors.values()) {
          const after = tensors.get(name)!.data;
          const cut = [...after.keys()].filter((i) => after[i] === 0 && data[i] !== 0);
          const kept = [...after.keys()].filter((i) => after[i] !== 0);
          for (const i of kept) expect(after[i]).toBe(data[i]);
          if (name.endsWith('bias') || name.endsWith('depthwise_kernel')) expect(cut).toEqual([]);
          const largestCut = Math.max(0, ...cut.map((i) => Math.abs(data[i]!)));
          for (const i of kept)
            if (!name.endsWith('bias')) expect(Math.abs(data[i]!)).toBeGreaterThanOrEqual(largestCut);
          if (!options.allowEmptyLayers && zeros(data) < data.length) expect(kept.length).toBeGreaterThan(0);
        }
        for (const layer of plan.layers) {
          expect(layer.threshold === null).toBe(layer.name === 'c');
          if (layer.threshold === null) expect(layer.reason).toMatch(/^depthwise kernels are not pruned/);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('meets a sparsity exactly: the nearest whole number of weights, also where many are equal', () => {
    fc.assert(
      fc.property(model, fc.double({ min: 0, max: 1, noNaN: true }), (content, sparsity) => {
        const options = { scope: 'global' as const, amount: { sparsity }, layers: {}, allowEmptyLayers: true };
        fc.pre(reachable(content, options));
        const all = [...content.tensors.values()].filter(({ name }) => !name.endsWith('bias'));
        const size = all.reduce((total, { data }) => total + data.length, 0);
        const before = all.reduce((total, { data }) => total + zeros(data), 0);
        const { plan } = prune(content, options);
        expect(plan.totals.sparsity * size).toBeCloseTo(Math.max(before, Math.round(sparsity * size)), 6);
        const separate = prune(content, { scope: 'layer', amount: { sparsity }, allowEmptyLayers: true });
        for (const name of ['a', 'b', 'd']) {
          const { data } = content.tensors.get(`${name}/kernel`)!;
          expect(zeros(separate.weights(`${name}/kernel`))).toBe(
            Math.max(zeros(data), Math.round(sparsity * data.length)),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('cuts globally what sorting all weights by size and place would cut', () => {
    fc.assert(
      fc.property(kernel, kernel, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, sparsity) => {
        const content = modelOf({ a: dense(...a), b: dense(...b) });
        const { weights } = prune(content, { amount: { sparsity }, allowEmptyLayers: true });
        const all = [...a.map(Math.fround), ...b.map(Math.fround)];
        const smallest = [...all.keys()].sort((i, j) => Math.abs(all[i]!) - Math.abs(all[j]!) || i - j);
        for (const i of smallest.slice(0, Math.round(sparsity * all.length))) all[i] = 0;
        expect([...weights('a/kernel'), ...weights('b/kernel')].map((value) => value + 0)).toEqual(
          all.map((value) => value + 0),
        );
      }),
    );
  });
});

/** A global sparsity may ask for more than the unprotected kernels have. */
function reachable(
  content: ModelContent,
  options: { scope: string; amount: PruneAmount; layers: Record<string, PruneAmount> },
): boolean {
  if (options.scope === 'layer' || !('sparsity' in options.amount)) return true;
  const kernels = [...content.tensors.values()].filter(({ name }) => !name.endsWith('bias'));
  const size = kernels.reduce((total, { data }) => total + data.length, 0);
  const free = kernels
    .filter(({ name }) => name.endsWith('/kernel') && !(name.split('/')[0]! in options.layers))
    .reduce((total, { data }) => total + data.length, 0);
  const elsewhere = size - free;
  return Math.round(options.amount.sparsity * size) <= free || elsewhere === 0;
}
