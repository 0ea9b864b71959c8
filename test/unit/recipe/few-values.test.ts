import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import type { RunEvent } from '../../../src/protocol/run';
import { Bench } from './runs';

const finetune = { step: 'finetune', epochs: 2, batchSize: 20, learningRate: 0.01 } as const;
const prune = { step: 'prune', amount: { sparsity: 0.4 } } as const;

const messages = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'message' ? [event.text] : []));

async function kernelsOf(file: string): Promise<Tensor[]> {
  return [...(await readCheckpoint(file)).tensors.values()].filter(({ name }) => name.endsWith('kernel'));
}

/** Writes the network again with other kernels. */
async function change(bench: Bench, to: (data: Float32Array) => Float32Array): Promise<void> {
  const net = await readCheckpoint(bench.path('net', 'model.json'));
  const tensors = new Map(
    [...net.tensors].map(([name, tensor]) => {
      if (!name.endsWith('kernel') || !(tensor.data instanceof Float32Array)) return [name, tensor];
      return [name, { ...tensor, data: to(tensor.data) }];
    }),
  );
  await writeCheckpoint(bench.path('net'), { ...net, tensors });
}

describe('fine-tuning keeps', () => {
  it.each(['uint8', 'uint16', 'float16'] as const)('weights in %s on their grid, and zeros at 0', async (dtype) => {
    const bench = await Bench.make();
    const events: RunEvent[] = [];
    const quantized = await bench.run({ checkpoint: 'net', steps: [prune, { step: 'quantize', bits: dtype }] });
    const recipe = { checkpoint: 'out', data: 'shapes', steps: [finetune] };
    const { out, notes = [] } = await bench.run(recipe, { out: 'tuned', watch: (event) => events.push(event) });
    const [before, after] = [await kernelsOf(quantized.out), await kernelsOf(out)];
    for (const [i, { quantization, data }] of after.entries()) {
      expect(quantization).toEqual(before[i]!.quantization);
      expect([...data]).not.toEqual([...before[i]!.data]);
      before[i]!.data.forEach((value, k) => value === 0 && expect(data[k]).toBe(0));
    }
    expect(notes).toEqual([]);
    expect(messages(events)).toContainEqual(
      `The weights of 2 tensors have few values, which training keeps: conv/kernel (stored as ${dtype}), out/kernel (stored as ${dtype}).`,
    );
  });

  it.each([{ bits: 'int4' }, { bits: 'int2', samples: 60 }, { bits: 'uint8' }] as const)(
    'grids of the same run by the weights before rounding: %j',
    async (options) => {
      const bench = await Bench.make();
      const quantize = { step: 'quantize' as const, ...options };
      const gentle = { ...finetune, epochs: 1, learningRate: 1e-9 };
      const recipe = { checkpoint: 'net', data: 'shapes', steps: [prune, quantize, gentle] };
      const { out } = await bench.run(recipe);
      await bench.run({ ...recipe, steps: [prune, quantize] }, { out: 'before' });
      // A training that hardly moves weights begins with the values of the rounding, compensated or not.
      const [after, before] = [await kernelsOf(out), await kernelsOf(bench.path('before', 'model.json'))];
      for (const [i, { data }] of after.entries()) expect([...data]).toEqual([...before[i]!.data]);
      // In a run of its own it begins with the rounded weights, and goes elsewhere.
      const tune = { ...finetune, learningRate: 0.003 };
      const together = await bench.run({ ...recipe, steps: [prune, quantize, tune] }, { out: 'together' });
      const apart = await bench.run({ checkpoint: 'before', data: 'shapes', steps: [tune] }, { out: 'apart' });
      const [one, other] = [await kernelsOf(together.out), await kernelsOf(apart.out)];
      expect(one.some(({ data }, i) => data.some((value, k) => value !== other[i]!.data[k]))).toBe(true);
      expect(together.steps.at(-1)?.keptWork).toMatchObject({ tensors: 2, lost: [] });
      for (const [i, { data }] of one.entries())
        before[i]!.data.forEach((value, k) => value === 0 && expect(data[k]).toBe(0));
    },
  );

  it('the same in one recipe, and ends in the same bytes after it was stopped', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [prune, { step: 'quantize' as const }, finetune] };
    const { out } = await bench.run(recipe);
    expect((await kernelsOf(out)).every(({ quantization }) => quantization?.dtype === 'uint8')).toBe(true);
    const stop = (event: RunEvent, cancel: () => void): void => {
      if (event.kind === 'epoch') cancel();
    };
    await expect(bench.run(recipe, { out: 'left', watch: stop })).rejects.toThrow(/Cancelled/);
    await bench.run(recipe, { out: 'left', resume: true });
    expect(await bench.hashes('left')).toEqual(await bench.hashes('out'));
  });

  it('the few values of a model that others made', async () => {
    const bench = await Bench.make();
    await change(bench, (data) => data.map((value) => (Math.abs(value) < 0.05 ? 0 : Math.sign(value) * (value > 0.2 ? 0.4123 : 0.2)))); // prettier-ignore
    const { out } = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [finetune] });
    const before = await kernelsOf(bench.path('net', 'model.json'));
    for (const [i, { data }] of (await kernelsOf(out)).entries()) {
      const groups = new Map<number, Set<number>>();
      before[i]!.data.forEach((value, k) => groups.set(value, (groups.get(value) ?? new Set()).add(data[k]!)));
      for (const [value, now] of groups) {
        expect(now.size).toBe(1);
        if (value === 0) expect([...now]).toEqual([0]);
      }
    }
  });

  it('no values where the step says so', async () => {
    const bench = await Bench.make();
    await bench.run({ checkpoint: 'net', steps: [{ step: 'quantize' }] });
    const events: RunEvent[] = [];
    const free = { checkpoint: 'out', data: 'shapes', steps: [{ ...finetune, values: 'free' as const }] };
    const { out } = await bench.run(free, { out: 'free', watch: (event) => events.push(event) });
    expect((await kernelsOf(out)).some(({ quantization }) => quantization)).toBe(false);
    expect(messages(events).join()).toMatch(/which training leaves, as the step says/);
    expect(messages(events).join()).toMatch(/2 quantized tensors .* may leave the grid .* grow by up to \d+ bytes/);
  });

  it('values while it prunes gradually', async () => {
    const bench = await Bench.make();
    const steps = [{ step: 'quantize' as const }, { ...finetune, gradual: { sparsity: 0.7, to: 1 } }];
    const { out, after } = await bench.run({ checkpoint: 'net', data: 'shapes', steps });
    expect((await kernelsOf(out)).every(({ quantization }) => quantization?.dtype === 'uint8')).toBe(true);
    expect(after.sparsity).toBeGreaterThanOrEqual(0.69);
  });
});
