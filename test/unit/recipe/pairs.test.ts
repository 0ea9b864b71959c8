import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import type { RecipeInput } from '../../../src/protocol/recipe';
import type { RunResult } from '../../../src/protocol/run';
import { Bench } from './runs';

type Step = RecipeInput['steps'][number];

/**
 * Every step that compresses and leaves the shapes of kernels, with the most values of a kernel or of one of its channels after
 * it, 0 among them.
 */
const STEPS: Readonly<Record<string, { step: Step; most?: number; each?: 'channel' | 'kernel'; signs?: true }>> = {
  prune: { step: { step: 'prune', amount: { sparsity: 0.4 } } },
  obc: { step: { step: 'prune', score: 'obc', amount: { sparsity: 0.5 }, samples: 60 } },
  uint8: { step: { step: 'quantize', bits: 'uint8' } },
  float16: { step: { step: 'quantize', bits: 'float16' } },
  int4: { step: { step: 'quantize', bits: 'int4', rounding: 'nearest' }, most: 16, each: 'channel' },
  compensated: { step: { step: 'quantize', bits: 'int3', samples: 60 }, most: 8, each: 'channel' },
  cluster: { step: { step: 'cluster', clusters: 5 }, most: 6, each: 'kernel' },
  ternarize: { step: { step: 'ternarize', ends: 'change' }, most: 3, each: 'channel', signs: true },
  binarize: { step: { step: 'binarize', ends: 'change' }, most: 3, each: 'channel', signs: true },
};
/** Steps that put other layers in the place of some. */
const REPLACING: Readonly<Record<string, Step>> = {
  factorize: { step: 'factorize', ranks: { out: 1 } },
  compact: { step: 'compact', amount: { multiplier: 1 } },
};
const NAMES = Object.keys(STEPS);

let bench: Bench;
const first = new Map<string, readonly Tensor[]>();
beforeAll(async () => {
  bench = await Bench.make(await mkdtemp(path.join(tmpdir(), 'secateur-pairs-')));
  for (const name of NAMES) {
    const { out } = await bench.run({ checkpoint: 'net', ...dataFor(name), steps: [STEPS[name]!.step] }, { out: name });
    first.set(name, await kernelsOf(out));
  }
});
afterAll(() => rm(bench.folder, { recursive: true, force: true }));

/** Data only where a step needs it: with data each step is evaluated, which takes longest. */
const dataFor = (...names: string[]) =>
  names.some((name) => name === 'obc' || name === 'compensated') ? { data: 'shapes' } : {};

const kernelsOf = async (file: string): Promise<readonly Tensor[]> =>
  [...(await readCheckpoint(file)).tensors.values()].filter(({ name }) => name.endsWith('kernel'));

/** The different values, 0 included, of the channel that has most, or of the kernel. */
function valuesIn({ data, shape }: Tensor, each: 'channel' | 'kernel' = 'channel'): number {
  const channels = each === 'kernel' ? 1 : shape.at(-1)!;
  const sets = Array.from({ length: channels }, () => new Set([0]));
  data.forEach((value, i) => sets[i % channels]!.add(value));
  return Math.max(...sets.map(({ size }) => size));
}

const gone = (before: Tensor, after: Tensor): number =>
  before.data.filter((value, i) => value === 0 && after.data[i] !== 0).length;

/** Grids for each channel would not keep clusters, and would store them in no fewer bits. */
const isRefused = (one: string, other: string): boolean =>
  one === 'cluster' && (other === 'int4' || other === 'compensated');

describe('after cluster', () => {
  it.each(['int4', 'compensated'])('%s is refused, and nothing is written', async (other) => {
    const steps = [STEPS['cluster']!.step, STEPS[other]!.step];
    const run = bench.run({ checkpoint: 'net', ...dataFor(other), steps }, { out: `cluster-${other}` });
    await expect(run).rejects.toThrow(
      /^The model has no weights that can be quantized in this way \(".+": its weights share \d values, .*\): leave the step out/,
    );
    await expect(readCheckpoint(bench.path(`cluster-${other}`, 'model.json'))).rejects.toThrow();
  });

  it('int2 goes on, because it has fewer values', async () => {
    const quantize = { step: 'quantize', bits: 'int2', rounding: 'nearest' } as const;
    const run = { checkpoint: 'net', steps: [STEPS['cluster']!.step, quantize] };
    const { out, notes } = await bench.run(run, { out: 'cluster-int2' });
    for (const kernel of await kernelsOf(out)) expect(valuesIn(kernel)).toBeLessThanOrEqual(4);
    expect(notes?.join(' ')).toContain('did not keep the work of earlier steps');
  });
});

describe.each(NAMES)('after %s', (one) => {
  it.each(NAMES.filter((other) => !isRefused(one, other)))(
    '%s leaves what the report says, and the report says what it does not leave',
    async (other) => {
      const name = `${one}-${other}`;
      const { step, most, each, signs } = STEPS[one]!;
      const steps = [step, STEPS[other]!.step];
      const result: RunResult = await bench.run({ checkpoint: 'net', ...dataFor(one, other), steps }, { out: name });
      const [before, after] = [first.get(one)!, await kernelsOf(result.out)];
      const { zeros = 0, tensors = 0, lost = [] } = result.steps[1]!.keptWork ?? {};
      let kept = 0;
      for (const [i, was] of before.entries()) {
        const is = after[i]!;
        const said = lost.filter((sentence) => sentence.includes(was.name));
        const isGone = gone(was, is);
        // Zeros between signs may move with them; here nothing is trained, so they stay.
        expect(said.some((sentence) => sentence.includes('zeros'))).toBe(isGone > 0);
        if (signs === undefined) kept += was.data.filter((value, k) => value === 0 && is.data[k] === 0).length;
        const lostValues = said.some((sentence) => sentence.includes('no longer has'));
        const stored = was.quantization !== undefined && was.quantization.dtype !== is.quantization?.dtype;
        // What it is said to have lost, it has lost.
        if (lostValues) expect(stored || valuesIn(is, each) > valuesIn(was, each)).toBe(true);
        // What it has lost is said.
        else if (most !== undefined) expect(valuesIn(is, each)).toBeLessThanOrEqual(most);
        if (stored) expect(lostValues).toBe(true);
      }
      if (signs === undefined) expect(zeros).toBe(kept);
      expect(tensors + lost.filter((sentence) => sentence.includes('no longer has')).length).toBeLessThanOrEqual(2);
      if (lost.length > 0) expect(result.notes?.join(' ')).toContain('did not keep the work of earlier steps');
      // Whatever comes second has done its own work too.
      const own = STEPS[other]!;
      if (own.most !== undefined) for (const is of after) expect(valuesIn(is, own.each)).toBeLessThanOrEqual(own.most);
    },
  );

  it.each(Object.keys(REPLACING))('%s says what it does not leave', async (other) => {
    const [{ step, most, signs }, before] = [STEPS[one]!, first.get(one)!];
    const recipe = { checkpoint: 'net', ...dataFor(one), steps: [step, REPLACING[other]!] };
    const run = bench.run(recipe, { out: `${one}-${other}` });
    // Stored numbers have no room for others, so nothing is replaced.
    if (other === 'factorize' && before.some(({ quantization }) => quantization))
      return expect(run).rejects.toThrow(/keeps its weights as/);
    const told = (await run).steps[1]!;
    const { zeros = 0, lost = [] } = told.keptWork ?? {};
    const layers = told.step === 'factorize' || told.step === 'compact' ? told.layers : [];
    const stateOf = (tensor: Tensor) => layers.find(({ name }) => tensor.name.startsWith(`${name}/`))?.state;
    expect(before.map(stateOf)).toContain('replaced');
    let kept = 0;
    for (const was of before) {
      const said = lost.filter((sentence) => sentence.includes(was.name));
      const own = was.data.filter((value) => value === 0).length;
      if (stateOf(was) !== 'replaced' && signs === undefined) kept += own;
      const gone = stateOf(was) === 'replaced';
      expect(said.some((sentence) => sentence.includes('zeros'))).toBe(gone && own > 0 && signs === undefined);
      expect(said.some((sentence) => sentence.includes('no longer has'))).toBe(
        gone && (most !== undefined || was.quantization !== undefined),
      );
    }
    expect(zeros).toBe(kept);
  });

  it('pruning, clusters and signs bring no zero back', async () => {
    for (const other of NAMES.filter((name) => !isRefused(one, name))) {
      const after = await kernelsOf(bench.path(`${one}-${other}`, 'model.json'));
      for (const [i, was] of first.get(one)!.entries()) expect([other, gone(was, after[i]!)]).toEqual([other, 0]);
    }
  });
});
