import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import { keptWords } from '../../../src/protocol/kept';
import type { RunEvent, RunResult } from '../../../src/protocol/run';
import type { RestrictedLayer } from '../../../src/protocol/steps/restricted';
import { Bench } from './runs';

const finetune = { step: 'finetune', epochs: 2, batchSize: 20, learningRate: 0.01 } as const;
const prune = { step: 'prune', amount: { sparsity: 0.4 } } as const;
const cluster = { step: 'cluster', clusters: 5 } as const;
const ternarize = { step: 'ternarize', ends: 'change' } as const;
const binarize = { step: 'binarize', ends: 'change' } as const;

async function kernelsOf(file: string): Promise<Tensor[]> {
  return [...(await readCheckpoint(file)).tensors.values()].filter(({ name }) => name.endsWith('kernel'));
}
const zeros = ({ data }: Tensor): number[] => [...data.keys()].filter((i) => data[i] === 0);
/** The different sizes other than 0, of the filter that has most. */
const sizesOf = ({ data, shape }: Tensor, signed = false): number => {
  const filters = shape.at(-1)!;
  const sets = Array.from({ length: filters }, () => new Set<number>());
  data.forEach((value, i) => value !== 0 && sets[i % filters]!.add(signed ? value : Math.abs(value)));
  return Math.max(...sets.map(({ size }) => size));
};

function layersOf({ steps }: RunResult): readonly RestrictedLayer[] {
  const [step] = steps.filter(({ step }) => step === 'cluster' || step === 'ternarize' || step === 'binarize');
  if (!step || !('layers' in step)) throw new Error('no such step');
  return step.layers as RestrictedLayer[];
}

/** Stops a run at its first epoch, or before, goes on, and compares. */
async function expectSameAfterStop(
  bench: Bench,
  recipe: Parameters<Bench['run']>[0],
  at: (event: RunEvent) => boolean,
): Promise<void> {
  const stop = (event: RunEvent, cancel: () => void): void => {
    if (at(event)) cancel();
  };
  await expect(bench.run(recipe, { out: 'left', watch: stop })).rejects.toThrow(/Cancelled/);
  await bench.run(recipe, { out: 'left', resume: true });
  expect(await bench.hashes('left')).toEqual(await bench.hashes('out'));
}

describe('a kernel with few values', () => {
  it('has clusters, of which 0 is one where it was pruned, and keeps them in training', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [prune, cluster, finetune] };
    const result = await bench.run(recipe);
    const { out, metrics, after } = result;
    expect(layersOf(result).filter(({ state }) => state === 'restricted')).toHaveLength(2);
    for (const layer of layersOf(result)) {
      if (layer.state === 'kept') expect(layer.reason).toBe('it has no kernel of float32');
      else {
        expect(layer.values).toBeLessThanOrEqual(5);
        expect(layer.bits).toBeLessThanOrEqual(Math.log2(5));
        expect(layer.error).toBeLessThan(0.5);
      }
    }
    expect(metrics.afterPrune).not.toBeNull();
    expect(metrics.afterFineTune).not.toBeNull();
    expect(after.sparsity).toBeCloseTo(0.4, 2);
    const kernels = await kernelsOf(out);
    for (const kernel of kernels) expect(new Set(kernel.data).size).toBeLessThanOrEqual(5);
    await bench.run({ checkpoint: 'net', data: 'shapes', steps: [prune, cluster] }, { out: 'before' });
    for (const [i, before] of (await kernelsOf(bench.path('before', 'model.json'))).entries()) {
      expect(zeros(kernels[i]!)).toEqual(zeros(before));
      expect([...kernels[i]!.data]).not.toEqual([...before.data]);
    }
    await expectSameAfterStop(bench, recipe, ({ kind }) => kind === 'epoch');
  });

  it.each([
    [ternarize, 1, false],
    [{ ...ternarize, scaleOf: 'tensor' }, 1, false],
    [{ ...ternarize, scales: 'trained' }, 2, true],
    [binarize, 1, false],
  ] as const)('has signs, which training moves by the weights behind them: %j', async (step, sizes, signed) => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [prune, step, { ...finetune, learningRate: 0.05 }] };
    const result = await bench.run(recipe);
    const kernels = await kernelsOf(result.out);
    await bench.run({ checkpoint: 'net', data: 'shapes', steps: [prune, step] }, { out: 'before' });
    const before = await kernelsOf(bench.path('before', 'model.json'));
    await bench.run({ checkpoint: 'net', data: 'shapes', steps: [prune] }, { out: 'pruned' });
    const pruned = await kernelsOf(bench.path('pruned', 'model.json'));
    expect(result.steps.at(-1)!.keptWork).toMatchObject({ tensors: kernels.length, lost: [] });
    let moved = 0;
    for (const [i, kernel] of kernels.entries()) {
      expect(sizesOf(kernel, signed)).toBeLessThanOrEqual(sizes);
      for (const place of zeros(pruned[i]!)) expect(kernel.data[place]).toBe(0);
      if (step.step === 'binarize') expect(zeros(kernel)).toEqual(zeros(pruned[i]!));
      moved += kernel.data.filter((value, k) => Math.sign(value) !== Math.sign(before[i]!.data[k]!)).length;
    }
    expect(moved).toBeGreaterThan(0);
    await expectSameAfterStop(bench, recipe, ({ kind }) => kind === 'epoch');
  });

  it('is looked for after each step, and the result says what is left of it', async () => {
    const bench = await Bench.make();
    const obc = { step: 'prune', score: 'obc', amount: { sparsity: 0.6 } } as const;
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [prune, cluster, finetune, obc] };
    const { steps, notes = [] } = await bench.run(recipe);
    const kernels = await kernelsOf(bench.path('net', 'model.json'));
    const zeros = Math.round(0.4 * kernels.reduce((sum, { data }) => sum + data.length, 0));
    const work = steps.map(({ keptWork }) => keptWork);
    expect(work[0]).toBeUndefined();
    expect(work[1]).toMatchObject({ tensors: 0, lost: [] });
    expect(Math.abs(work[1]!.zeros - zeros)).toBeLessThanOrEqual(1);
    expect(work[2]).toEqual({ zeros: work[1]!.zeros, tensors: 2, lost: [] });
    expect(work[3]!.lost).toEqual(['conv/kernel no longer has 4 values', 'out/kernel no longer has 4 values']);
    expect(work[3]!.zeros).toBe(work[1]!.zeros);
    expect(notes).toContain(
      'Step 4, prune, did not keep the work of earlier steps: conv/kernel no longer has 4 values, out/kernel no longer has 4 values.',
    );
    expect(keptWords(steps.slice(0, 3))).toBe(
      `Kept from earlier steps: ${work[1]!.zeros} zeros and the few values of 2 tensors.`,
    );
    const free = { ...recipe, steps: [cluster, { ...finetune, values: 'free' as const }] };
    const [, tuned] = (await bench.run(free, { out: 'free' })).steps;
    expect(tuned!.keptWork).toMatchObject({ tensors: 0, lost: [expect.stringMatching(/^conv/), expect.any(String)] });
  });

  it('is trained from the weights behind it also where the run stopped before the training', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [prune, ternarize, finetune] };
    await bench.run(recipe);
    await expectSameAfterStop(bench, recipe, (event) => event.kind === 'step' && event.index === 2);
  });

  it('stays as it is in the first and the last layer, and where it is protected', async () => {
    const bench = await Bench.make();
    const nothing = { checkpoint: 'net', steps: [{ step: 'ternarize' as const }] };
    await expect(bench.run(nothing)).rejects.toThrow(
      'The model has no kernels that can be changed in this way: protect fewer layers, or change the first and the last one too.',
    );
    const result = await bench.run({ checkpoint: 'net', steps: [{ ...ternarize, protect: ['conv'] }] });
    expect(layersOf(result).find(({ name }) => name === 'conv')).toEqual({
      name: 'conv',
      state: 'kept',
      reason: 'it is protected by "conv"',
    });
    const own = { step: 'cluster' as const, clusters: 3, layers: { 'co*': 8 } };
    const { out } = await bench.run({ checkpoint: 'net', steps: [own] }, { out: 'own' });
    expect((await kernelsOf(out)).map(({ data }) => new Set(data).size)).toEqual([8, 3]);
    const stray = { ...own, layers: { convx: 4 } };
    await expect(bench.run({ checkpoint: 'net', steps: [stray] }, { out: 'no' })).rejects.toThrow(/no layer "convx"/);
  });

  it('stays in 8 bits, before and after', async () => {
    const bench = await Bench.make();
    for (const [out, steps] of [
      ['a', [{ step: 'quantize' as const }, cluster, finetune]],
      ['b', [cluster, { step: 'quantize' as const }, finetune]],
    ] as const) {
      const run = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [...steps] }, { out });
      for (const { data, quantization } of await kernelsOf(run.out)) {
        expect(quantization?.dtype).toBe('uint8');
        expect(new Set(data).size).toBeLessThanOrEqual(5);
      }
    }
  });
});
