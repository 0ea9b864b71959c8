import { readdir, rm } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { validateRecipe } from '../../../src/engine/recipe/validation';
import { Recipe } from '../../../src/protocol/recipe';
import type { RunEvent } from '../../../src/protocol/run';
import type { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { figuresOf } from '../../../src/engine/measure/inspect';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { tinyNetwork } from '../train/tiny';
import { Bench } from './runs';

const gradual = { sparsity: 0.8, from: 0, to: 2 };
const finetune = { step: 'finetune', epochs: 3, batchSize: 20, learningRate: 0.01, gradual } as const;
const recipe = (more: object = {}, step: object = {}) =>
  ({
    checkpoint: 'net',
    keepEpochs: true,
    data: 'shapes',
    steps: [{ ...finetune, ...step, gradual: { ...gradual, ...more } }],
  }) as never;

/** Zeros of each kernel of a checkpoint, as places. */
async function zerosOf(file: string): Promise<Record<string, number[]>> {
  const kernels = [...(await readCheckpoint(file)).tensors.values()].filter(({ name }) => name.endsWith('kernel'));
  return Object.fromEntries(kernels.map(({ name, data }) => [name, [...data.keys()].filter((i) => data[i] === 0)]));
}
const count = (zeros: Record<string, number[]>): number => Object.values(zeros).flat().length;

describe('frozen layers', () => {
  /** Replaces the network by one in which these layers are frozen. */
  async function freeze(bench: Bench, model: layers.LayersModel, names: readonly string[]): Promise<void> {
    for (const layer of model.layers) if (names.includes(layer.name)) layer.trainable = false;
    await rm(bench.path('net'), { recursive: true });
    await writeCheckpoint(bench.path('net'), fromLayersModel(model));
    model.dispose();
  }

  it.each([{}, { regrow: true }, { scope: 'layer' }])(
    'are cut gradually as the table says, and keep the weights that are left: %j',
    async (more) => {
      const bench = await Bench.make();
      await freeze(bench, tinyNetwork(1), ['conv']);
      const before = (await readCheckpoint(bench.path('net', 'model.json'))).tensors.get('conv/kernel')!.data;
      const events: RunEvent[] = [];
      const result = await bench.run(recipe(more), { watch: (event) => events.push(event) });
      const written = await readCheckpoint(result.out);
      const [step] = result.steps;
      if (step?.step !== 'finetune') throw new Error('another step');
      const told = step.layers!.map(({ name, sparsity, nonzero }) => [name, sparsity, nonzero]);
      expect(told).toEqual(figuresOf(written).layers.map(({ name, sparsity, nonzero }) => [name, sparsity, nonzero]));
      expect(step.layers!.find(({ name }) => name === 'conv')!.sparsity).toBeGreaterThan(0.3);
      const after = written.tensors.get('conv/kernel')!.data;
      after.forEach((value, i) => expect([0, before[i]]).toContain(value));
      expect(step.best.sparsity).toBeCloseTo(figuresOf(written).totals.sparsity, 12);
      expect(step.best.sparsity).toBeCloseTo(0.8, 2);
      const mask = events.findLast((event) => event.kind === 'mask');
      expect(mask?.sparsity).toBeCloseTo(0.8, 2);

      let epochs = 0;
      const stopped = bench.run(recipe(more), {
        out: 'stopped',
        watch: (event, cancel) => event.kind === 'epoch' && ++epochs === 1 && cancel(),
      });
      await expect(stopped).rejects.toThrow(/Cancelled/);
      await bench.run(recipe(more), { out: 'stopped', resume: true });
      expect(await bench.hashes('stopped')).toEqual(await bench.hashes('out'));
    },
  );

  it('are said where there are no others, and nothing is written', async () => {
    const bench = await Bench.make();
    await freeze(bench, tinyNetwork(1), ['conv', 'out']);
    await expect(bench.run(recipe())).rejects.toThrow(
      /^Nothing in the model can be trained, because it has no weights/,
    );
    expect(await readdir(bench.folder)).not.toContain('out');
  });
});

describe('gradual pruning', () => {
  it('reaches its sparsity along the schedule, and tells each update', async () => {
    const bench = await Bench.make();
    const events: RunEvent[] = [];
    const result = await bench.run(recipe({ frequency: 5 }), { watch: (event) => events.push(event) });
    const masks = events.flatMap((event) => (event.kind === 'mask' ? [event] : []));
    // 220 training images in batches of 20 are 11 steps.
    expect(masks.map(({ epoch }) => Math.round(epoch * 11))).toEqual([5, 10, 15, 20, 22]);
    masks.forEach(({ epoch, sparsity }) => {
      expect(sparsity).toBeCloseTo(0.8 - 0.8 * (1 - epoch / 2) ** 3, 2);
    });
    expect(count(await zerosOf(result.out))).toBe(Math.round(0.8 * 228));
    const [step] = result.steps;
    if (step?.step !== 'finetune') throw new Error('another step');
    expect(step.epochs.map(({ sparsity }) => sparsity)).toEqual([
      expect.closeTo(0.7, 1),
      Math.round(0.8 * 228) / 228,
      Math.round(0.8 * 228) / 228,
    ]);
    expect(step.best.epoch).toBeGreaterThanOrEqual(2);
    expect(step.layers?.map(({ name, state }) => [name, state])).toEqual([
      ['conv', 'pruned'],
      ['flat', 'skipped'],
      ['out', 'pruned'],
    ]);
    expect(result.accuracy.before).toBeGreaterThan(0);
  });

  it('holds the mask between updates: zeros only become more, and none comes back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('element', 'filter', '4x2'),
        fc.constantFrom('magnitude', 'lamp', 'random'),
        fc.constantFrom('global', 'layer'),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(0.3, 0.5, 0.75),
        async (granularity, score, scope, frequency, sparsity) => {
          const bench = await Bench.make();
          const result = await bench.run(recipe({ granularity, score, scope, frequency, sparsity, to: 1.5 }));
          const epochs = await Promise.all(
            [1, 2, 3].map((epoch) => zerosOf(bench.path('out', 'epochs', `epoch-0${epoch}`, 'model.json'))),
          );
          for (const [before, after] of [epochs.slice(0, 2), epochs.slice(1, 3)] as const)
            for (const name of Object.keys(before!))
              expect(after![name]).toEqual(expect.arrayContaining(before![name]!));
          // As sparse as what a prune step makes of the same model.
          const step = { step: 'prune', granularity, score, scope, amount: { sparsity } };
          const pruned = await bench.run({ checkpoint: 'net', steps: [step] } as never, { out: 'pruned' });
          // Groups of different size make it the nearest number of zeros that whole groups make of these weights.
          const largest = { element: 0, filter: 64, '4x2': 8 }[granularity];
          expect(Math.abs(count(epochs[2]!) - count(await zerosOf(pruned.out)))).toBeLessThanOrEqual(largest);
          expect(result.after.sparsity).toBeCloseTo(count(epochs[2]!) / 228, 12);
        },
      ),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it.each([{}, { regrow: true }])('resumed in the middle of the schedule ends in the same bytes: %o', async (more) => {
    const bench = await Bench.make();
    const whole = await bench.run(recipe(more), { out: 'whole' });
    for (let epochs = 0; epochs < 2; epochs++) {
      const run = bench.run(recipe(more), {
        resume: epochs > 0,
        watch: (event, cancel) => {
          if (event.kind === 'epoch') cancel();
        },
      });
      await expect(run).rejects.toThrow(/Cancelled/);
    }
    const result = await bench.run(recipe(more), { resume: true });
    expect(await bench.hashes('out')).toEqual(await bench.hashes('whole'));
    expect(result.accuracy).toEqual(whole.accuracy);
    expect(count(await zerosOf(result.out))).toBe(Math.round(0.8 * 228));
  });

  it('with regrowth brings weights back that an earlier update cut', async () => {
    const bench = await Bench.make();
    const prune = { step: 'prune', score: 'random', amount: { sparsity: 0.6 } };
    const regrown = { ...finetune, gradual: { sparsity: 0.6, to: 3, frequency: 4, regrow: true } };
    await bench.run({ checkpoint: 'net', steps: [prune] } as never, { out: 'pruned' });
    await bench.run({ checkpoint: 'net', data: 'shapes', keepEpochs: true, steps: [prune, regrown] } as never);
    const first = await zerosOf(bench.path('pruned', 'model.json'));
    const last = await zerosOf(bench.path('out', 'epochs', 'epoch-03', 'model.json'));
    const back = Object.keys(first).flatMap((name) => first[name]!.filter((i) => !last[name]!.includes(i)));
    expect(back.length).toBeGreaterThan(20);
    expect(count(first)).toBe(count(last));
    expect(count(last)).toBe(Math.round(0.6 * 228));
    const { tensors } = await readCheckpoint(bench.path('out', 'epochs', 'epoch-03', 'model.json'));
    for (const { data } of tensors.values()) expect([...data].some((value) => Object.is(value, -0))).toBe(false);
  });

  it('by a score that needs data reads the training images at each update, and resumed ends in the same bytes', async () => {
    const bench = await Bench.make();
    const taylor = recipe({ score: 'taylor', samples: 40, frequency: 8 });
    await bench.run(taylor, { out: 'whole' });
    const stopped = bench.run(taylor, {
      watch: (event, cancel) => {
        if (event.kind === 'epoch') cancel();
      },
    });
    await expect(stopped).rejects.toThrow(/Cancelled/);
    const result = await bench.run(taylor, { resume: true });
    expect(await bench.hashes('out')).toEqual(await bench.hashes('whole'));
    expect(count(await zerosOf(result.out))).toBe(Math.round(0.8 * 228));
  });

  it('counts weights that an earlier step took out as zeros, where the sparsity is of the model at the start', async () => {
    const bench = await Bench.make();
    // 4 filters of 9 weights, and 192 weights of the last layer: 114 without half of the filters.
    const remove = { step: 'remove', layers: { conv: 0.5 } };
    const steps = (more: object) => [remove, { ...finetune, gradual: { ...gradual, shareOf: 'start', ...more } }];
    const recipeOf = (more: object) => ({ checkpoint: 'net', data: 'shapes', steps: steps(more) }) as never;
    const result = await bench.run(recipeOf({ sparsity: 0.8 }));
    const { kernelWeights } = figuresOf(await readCheckpoint(result.out)).totals;
    expect(kernelWeights).toBe(114);
    expect(kernelWeights - count(await zerosOf(result.out))).toBe(Math.round(0.2 * 228));
    const [, step] = result.steps;
    if (step?.step !== 'finetune') throw new Error('another step');
    expect(step.best.sparsity).toBeCloseTo(1 - (0.2 * 228) / 114, 2);
    await expect(bench.run(recipeOf({ sparsity: 0.4 }), { out: 'more' })).rejects.toThrow(
      /^Gradual pruning to 40% of the 228 kernel weights at the start of the run would leave 137 of them, but only 114 are in the model now/,
    );
    await expect(bench.run(recipeOf({ scope: 'layer' }), { out: 'layers' })).rejects.toThrow(
      /counts its sparsity over the model at the start of the run, which may have other layers/,
    );
    expect((await readdir(bench.folder)).sort()).toEqual(['net', 'out', 'shapes']);
  });

  it('leaves protected layers whole', async () => {
    const bench = await Bench.make();
    const result = await bench.run(recipe({ sparsity: 0.5, protect: ['conv'] }));
    const zeros = await zerosOf(result.out);
    expect(zeros['conv/kernel']).toEqual([]);
    expect(count(zeros)).toBe(114);
  });

  it.each([
    [{ from: 2, to: 1 }, {}, /ends \(after epoch 1\) before it begins \(after epoch 2\): give "gradual" a later "to"/],
    [{ from: 0, to: 4 }, {}, /ends after epoch 4, but only 3 epochs: give "gradual" an earlier "to"/],
    [{ granularity: '2:4' }, {}, /cannot prune by 2:4 gradually, .*: prune by it first, then fine-tune/],
    [{ regrow: true, score: 'wanda' }, {}, /cannot regrow weights by the score wanda/],
    [{}, { warmup: 3 }, /warms up for 3 epochs but has only 3/],
    [{}, { decay: 0.5 }, /has "decay", which means nothing to the schedule cosine: leave it out/],
  ])('%o and %o are refused with a sentence', (more, step, sentence) => {
    const parsed = Recipe.parse({ recipeVersion: 1, ...(recipe(more, step) as object) });
    expect(() => {
      validateRecipe(parsed);
    }).toThrow(sentence);
  });

  it('is refused where it would have to lower the sparsity, or cannot reach it, and nothing is written', async () => {
    const bench = await Bench.make();
    const prune = { step: 'prune', amount: { sparsity: 0.9 } };
    const steps = [prune, { ...finetune, gradual }];
    await expect(bench.run({ checkpoint: 'net', data: 'shapes', steps } as never)).rejects.toThrow(
      /pruned to a sparsity of 89\.9\d% already, which gradual pruning to 80% cannot raise/,
    );
    await expect(bench.run(recipe({ sparsity: 0.9, protect: ['out'] }))).rejects.toThrow(/cannot be reached/);
  });
});
