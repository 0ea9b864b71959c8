import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import { histogram } from '../../../src/engine/measure/histogram';
import { dense, modelOf, prune, zeros } from './models';

describe('a prune plan', () => {
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
      [{}, /^The prune step has neither "amount" nor "layers": give one of them\.$/],
      [
        { layers: { conv9: { threshold: 1 } } },
        /^The model has no layer "conv9": layers that can be chosen are "a"\.$/,
      ],
      [
        { layers: { c: { threshold: 1 } } },
        /^The layer "c" cannot be pruned \(depthwise kernels are not pruned: .*\): leave it out\.$/,
      ],
      [
        { amount: { sparsity: 0.9 } },
        /^A sparsity of 90% cannot be reached, because only 4 of the 8 kernel weights may be pruned here: ask for 50% at most\.$/,
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
