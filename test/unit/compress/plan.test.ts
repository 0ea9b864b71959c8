import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PruneStep, type PruneAmount } from '../../../src/protocol/recipe';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { histogram } from '../../../src/engine/measure/histogram';
import { applyPrune } from '../../../src/engine/compress/prune/apply';
import { planPrune } from '../../../src/engine/compress/prune/plan';

type Layers = Record<string, { type: string; tensors: Record<string, number[]> }>;

/** A model of layers in a row; kernels are given as a list of weights. */
function modelOf(layers: Layers): ModelContent {
  const tensors = Object.entries(layers).flatMap(([layer, { tensors }]) =>
    Object.entries(tensors).map(([name, weights]): [string, Tensor] => {
      const full = `${layer}/${name}`;
      const shape = name === 'bias' ? [weights.length] : [weights.length, 1];
      return [full, { name: full, shape, dtype: 'float32', data: Float32Array.from(weights) }];
    }),
  );
  const described = Object.entries(layers).map(([name, { type }]) => ({ class_name: type, config: { name } }));
  return { modelTopology: { class_name: 'Sequential', config: { layers: described } }, tensors: new Map(tensors) };
}

const dense = (...kernel: number[]) => ({ type: 'Dense', tensors: { kernel, bias: [0, 0.001] } });
const prune = (model: ModelContent, step: Partial<PruneStep>) => {
  const plan = planPrune(model, PruneStep.parse({ step: 'prune', ...step }));
  const { tensors, masks } = applyPrune(model, plan);
  const layers = Object.fromEntries(plan.layers.map((layer) => [layer.name, layer]));
  return { plan, tensors, masks, layers, weights: (name: string) => Array.from(tensors.get(name)!.data) };
};

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

const zeros = (data: ArrayLike<number>) => Array.from(data).filter((value) => value === 0).length;

describe('a prune plan', () => {
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

  it('cuts |w| strictly below a threshold, and leaves the first of equal weights where a share of them must go', () => {
    const content = modelOf({ a: dense(0.5, -0.25, 0.25, 1, -0.25) });
    expect(prune(content, { amount: { threshold: 0.25 } }).weights('a/kernel')).toEqual([0.5, -0.25, 0.25, 1, -0.25]);
    expect(prune(content, { amount: { threshold: 0.2500001 } }).weights('a/kernel')).toEqual([0.5, 0, 0, 1, 0]);
    const half = prune(content, { amount: { sparsity: 0.4 } });
    expect(half.weights('a/kernel')).toEqual([0.5, 0, 0, 1, -0.25]);
    expect(half.layers['a']).toMatchObject({ sparsity: 0.4, threshold: 0.25, nonzero: 4 });
  });

  it('takes s standard deviations of the weights as the histogram shows them', () => {
    const content = modelOf({ a: dense(0.5, -0.25, 0.125, 1), b: dense(3, 4, 5) });
    const std = (...names: string[]) =>
      histogram(
        null,
        names.map((name) => content.tensors.get(`${name}/kernel`)!.data),
        8,
      ).std;
    const separate = prune(content, { scope: 'layer', amount: { standardDeviations: 0.7 } });
    expect(separate.layers['a']!.threshold).toBeCloseTo(0.7 * std('a'), 12);
    expect(separate.layers['b']!.threshold).toBeCloseTo(0.7 * std('b'), 12);
    const together = prune(content, { amount: { standardDeviations: 0.7 } });
    expect(together.layers['b']!.threshold).toBeCloseTo(0.7 * std('a', 'b'), 12);
  });

  it('lets single layers have amounts of their own, and counts them in a global sparsity', () => {
    const content = modelOf({ a: dense(1, 2, 3, 4), b: dense(0.1, 0.2, 0.3, 0.4) });
    const only = prune(content, { layers: { b: { sparsity: 0.5 } } });
    expect([only.weights('a/kernel'), zeros(only.weights('b/kernel'))]).toEqual([[1, 2, 3, 4], 2]);
    expect(only.layers['a']).toMatchObject({ threshold: null, reason: 'no amount is given for it' });
    const both = prune(content, { amount: { sparsity: 0.5 }, layers: { b: { threshold: 0 } } });
    expect([zeros(both.weights('a/kernel')), zeros(both.weights('b/kernel'))]).toEqual([3, 0]);
    expect(both.layers['a']!.reason).toMatch(/^it keeps its largest weight/);
  });

  it('keeps the largest weight of a layer unless it may be emptied', () => {
    const content = modelOf({ a: dense(1, -2, 1.5), b: dense(5, 6) });
    const kept = prune(content, { amount: { threshold: 3 } });
    expect(kept.weights('a/kernel')).toEqual([0, -2, 0]);
    expect(kept.layers['a']).toMatchObject({ threshold: 2, nonzero: 2 });
    expect(kept.layers['a']!.reason).toMatch(/^it keeps its largest weight/);
    expect(kept.layers['b']).not.toHaveProperty('reason');
    expect(prune(content, { amount: { threshold: 3 }, allowEmptyLayers: true }).weights('a/kernel')).toEqual([0, 0, 0]);
    // A sparsity is still met, from the other layer.
    const shared = prune(content, { amount: { sparsity: 0.6 } });
    expect([...shared.weights('a/kernel'), ...shared.weights('b/kernel')]).toEqual([0, -2, 0, 0, 6]);
    expect(shared.layers['a']!.reason).toMatch(/^it keeps its largest weight/);
  });

  it('lists biases and protected kernels with the reason', () => {
    const content = modelOf({
      a: dense(1, 2),
      c: { type: 'SeparableConv2D', tensors: { depthwise_kernel: [1, 2], pointwise_kernel: [3, 4] } },
    });
    const { layers, weights } = prune(content, { scope: 'layer', amount: { sparsity: 0.5 } });
    expect(layers['a']!.untouched).toEqual([
      { name: 'a/bias', reason: 'biases are not pruned: they are few and matter much' },
    ]);
    expect(layers['c']!.untouched).toEqual([
      {
        name: 'c/depthwise_kernel',
        reason: 'depthwise kernels are not pruned: each holds the only filter of its channel',
      },
    ]);
    expect(weights('c/depthwise_kernel')).toEqual([1, 2]);
    expect(layers['c']!.sparsity).toBe(0.25);
  });

  it('says in one sentence what is wrong with a step', () => {
    const content = modelOf({
      a: dense(1, 2, 3, 4),
      c: { type: 'DepthwiseConv2D', tensors: { depthwise_kernel: [1, 2, 3, 4] } },
    });
    for (const [options, sentence] of [
      [{}, /^The prune step says neither how much to prune nor in which layers: give "amount" or "layers"\.$/],
      [
        { layers: { conv9: { threshold: 1 } } },
        /^The model has no layer "conv9": layers that can be pruned are "a"\.$/,
      ],
      [
        { layers: { c: { threshold: 1 } } },
        /^The layer "c" cannot be pruned \(depthwise kernels are not pruned: .*\): leave it out\.$/,
      ],
      [
        { amount: { sparsity: 0.9 } },
        /^A sparsity of 0\.9 cannot be reached, because only 4 of the 8 kernel weights may be pruned here: ask for 0\.5 at most\.$/,
      ],
    ] as const) {
      expect(() => prune(content, options)).toThrow(sentence);
    }
    const broken = modelOf({ a: dense(1, NaN), b: dense(1, Infinity) });
    expect(() => prune(broken, { amount: { threshold: 1 } })).toThrow(
      /^The tensor "a\/kernel" holds NaN weights, so the model cannot be pruned: .*\.$/,
    );
  });

  it('drops the slots of an optimiser', () => {
    const content = modelOf({ a: dense(1, 2) });
    const slot: Tensor = {
      name: 'a/kernel/m',
      shape: [2],
      dtype: 'float32',
      data: new Float32Array(2),
      group: 'optimizer',
    };
    const tensors = new Map([...content.tensors, [slot.name, slot]]);
    expect([...prune({ ...content, tensors }, { amount: { threshold: 1 } }).tensors.keys()]).toEqual([
      'a/kernel',
      'a/bias',
    ]);
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
