import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readProvenance } from '../../../src/engine/checkpoint/provenance';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { Recipe } from '../../../src/protocol/recipe';
import { RunResult, type RunEvent } from '../../../src/protocol/run';
import { Bench } from './runs';

const prune = { step: 'prune', amount: { sparsity: 0.7 } } as const;
const finetune = { step: 'finetune', epochs: 3, batchSize: 20, learningRate: 0.01 } as const;
const cut = { checkpoint: 'net', data: 'shapes', steps: [prune, finetune] };

describe('a run that only prunes', () => {
  it('needs no data, leaves the original alone and says what it did', async () => {
    const bench = await Bench.make();
    const original = await bench.hashes('net');
    const result = await bench.run({ checkpoint: 'net', steps: [prune] });
    expect(result.accuracy).toEqual({ before: null, afterPrune: null, afterFineTune: null });
    expect(result.sampleData).toBe(false);
    expect(result.before?.sparsity).toBe(0);
    expect(result.after.sparsity).toBeCloseTo(0.7, 2);
    const kernels = [...(await readCheckpoint(result.out)).tensors.values()].filter(({ name }) =>
      name.endsWith('kernel'),
    );
    const zeros = kernels.reduce((sum, { data }) => sum + data.filter((value) => value === 0).length, 0);
    expect(zeros).toBe(Math.round(0.7 * 228));
    expect(await bench.hashes('net')).toEqual(original);
  });

  it('leaves recipe, journal and results beside the checkpoint, and nothing else', async () => {
    const bench = await Bench.make();
    const result = await bench.run({ checkpoint: 'net', steps: [prune] });
    const names = (await readdir(bench.path('out'))).map((name) => name.replace(/-[0-9a-f]{12}/, '')).sort();
    expect(names).toEqual([
      'group1-shard1of1.bin',
      'journal.jsonl',
      'model.json',
      'recipe.json',
      'results.csv',
      'results.json',
      'results.md',
    ]);
    const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(bench.path('out', name), 'utf8'));
    expect(Recipe.parse(await json('recipe.json')).checkpoint).toBe('../net');
    expect(RunResult.parse(await json('results.json'))).toEqual(result);
    const journal = (await readFile(bench.path('out', 'journal.jsonl'), 'utf8')).trim().split('\n');
    expect(journal.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
      'start',
      'step',
      'result',
      'end',
    ]);
  });

  it('measures accuracy where it has data', async () => {
    const bench = await Bench.make();
    const { accuracy } = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [prune] });
    expect(accuracy.before).toBeGreaterThan(0);
    expect(accuracy.afterPrune).toBeGreaterThan(0);
    expect(accuracy.afterFineTune).toBeNull();
  });
});

describe('a run that prunes and fine-tunes', () => {
  it('holds the zeros, takes the best epoch by validation and reports test accuracy', async () => {
    const bench = await Bench.make();
    const events: RunEvent[] = [];
    const recipe = { ...cut, keepEpochs: true };
    const result = await bench.run(recipe, { watch: (event) => events.push(event) });
    const [pruned, tuned] = result.steps;
    if (pruned?.step !== 'prune' || tuned?.step !== 'finetune') throw new Error('steps differ');
    expect(tuned.epochs).toHaveLength(3);
    const best = Math.max(...tuned.epochs.map(({ validation }) => validation[0].value));
    expect(tuned.best.validationAccuracy).toBe(best);
    expect(result.accuracy.afterFineTune).toBe(tuned.best.testAccuracy);
    expect(result.after.sparsity).toBeCloseTo(0.7, 2);
    expect(result.after.nonzero).toBeLessThanOrEqual(result.before!.nonzero - Math.round(0.7 * 228) + 7);
    expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(3);
    expect(events.some((event) => event.kind === 'progress' && event.training !== undefined)).toBe(true);

    const plain = await bench.run({ ...cut, steps: [prune] }, { out: 'plain' });
    const zerosOf = async (file: string): Promise<number[][]> =>
      [...(await readCheckpoint(file)).tensors.values()]
        .filter(({ name }) => name.endsWith('kernel'))
        .map(({ data }) => [...data.keys()].filter((i) => data[i] === 0));
    expect(await zerosOf(result.out)).toEqual(await zerosOf(plain.out));
    const epoch = `epochs/epoch-0${tuned.best.epoch}`;
    const hashes = await bench.hashes('out');
    expect(hashes[`${epoch}/model.json`]).not.toBeUndefined();
    expect((await readCheckpoint(bench.path('out', epoch, 'model.json'))).weightsHash).toBe(
      (await readCheckpoint(result.out)).weightsHash,
    );
  });

  it('writes where it comes from, without folders and times', async () => {
    const bench = await Bench.make();
    const result = await bench.run(cut);
    const checkpoint = await readCheckpoint(result.out);
    const parent = await readCheckpoint(bench.path('net', 'model.json'));
    const provenance = readProvenance(checkpoint)!;
    expect(provenance).toMatchObject({ parent: parent.weightsHash, seed: 0, backend: { name: 'cpu', threads: 1 } });
    expect(provenance.accuracies.map(({ after, split }) => `${after}: ${split}`)).toEqual([
      'start: test',
      'step 1, prune: test',
      expect.stringMatching(/^finetune, epoch \d: validation$/),
      expect.stringMatching(/^finetune, epoch \d: test$/),
    ]);
    const text = await readFile(result.out, 'utf8');
    expect(text).not.toContain(bench.folder);
    expect(text).not.toMatch(/20\d\d-\d\d-\d\d/);
  });

  it('gives the same bytes each time, and others by another seed', async () => {
    const bench = await Bench.make();
    for (const out of ['a', 'b']) await bench.run(cut, { out });
    await bench.run({ ...cut, seed: 1 }, { out: 'c' });
    expect(await bench.hashes('b')).toEqual(await bench.hashes('a'));
    expect(await bench.hashes('c')).not.toEqual(await bench.hashes('a'));
  });
});

describe('a run that is cancelled', () => {
  it('leaves nothing before its first whole epoch', async () => {
    const bench = await Bench.make();
    const before = await readdir(bench.folder);
    const run = bench.run(cut, {
      out: 'deep/out',
      watch: (event, cancel) => {
        if (event.kind === 'progress' && event.training) cancel();
      },
    });
    await expect(run).rejects.toThrow(/Cancelled/);
    expect(await readdir(bench.folder)).toEqual(before);
  });

  it('keeps its whole epochs, and resumed ends in the same bytes', async () => {
    const bench = await Bench.make();
    await bench.run(cut, { out: 'whole' });
    for (let epochs = 0; epochs < 2; epochs++) {
      const run = bench.run(cut, {
        resume: epochs > 0,
        watch: (event, cancel) => {
          if (event.kind === 'epoch') cancel();
        },
      });
      await expect(run).rejects.toThrow(/Cancelled/);
      expect(await readdir(bench.path('out', 'epochs'))).toHaveLength(epochs + 1);
    }
    await expect(bench.run(cut)).rejects.toThrow(/holds an unfinished run: resume it \(--resume\)/);
    await expect(bench.run({ ...cut, seed: 2 }, { resume: true })).rejects.toThrow(/holds a run of another recipe/);
    const result = await bench.run(cut, { resume: true });
    expect(await bench.hashes('out')).toEqual(await bench.hashes('whole'));
    expect(result.steps.map(({ step }) => step)).toEqual(['prune', 'finetune']);
    expect((await bench.run(cut, { resume: true })).accuracy).toEqual(result.accuracy);
  });

  const stopAfterEpoch = (event: RunEvent, cancel: () => void): void => {
    if (event.kind === 'epoch') cancel();
  };

  it('is not resumed from a checkpoint that has changed since', async () => {
    const bench = await Bench.make();
    await expect(bench.run(cut, { watch: stopAfterEpoch })).rejects.toThrow(/Cancelled/);
    await bench.run({ checkpoint: 'net', steps: [prune] }, { out: 'other' });
    await rm(bench.path('net'), { recursive: true });
    await cp(bench.path('other'), bench.path('net'), { recursive: true });
    await expect(bench.run(cut, { resume: true })).rejects.toThrow(/its checkpoint has changed since/);
  });

  it('is not resumed with another number of threads, and goes on with the old one', async () => {
    const bench = await Bench.make();
    await expect(bench.run(cut, { watch: stopAfterEpoch })).rejects.toThrow(/Cancelled/);
    const before = await bench.hashes('out');
    await expect(bench.run(cut, { resume: true, threads: 2 })).rejects.toThrow(
      /begun with cpu 4\.22\.0, 1 thread and cannot be resumed with cpu 4\.22\.0, 2 threads/,
    );
    expect(await bench.hashes('out')).toEqual(before);
    expect((await bench.run(cut, { resume: true })).steps).toHaveLength(2);
  });
});

describe('a run that cannot work', () => {
  it.each([
    [
      'names a layer that is not there',
      { ...cut, steps: [{ step: 'prune', layers: { dense9: { sparsity: 0.5 } } }] },
      /no layer "dense9"/,
    ],
    ['names no checkpoint that exists', { ...cut, checkpoint: 'nothing' }, /does not exist/],
    ['names no data that exists', { ...cut, data: 'nothing' }, /does not exist/],
    ['has larger batches than data', { ...cut, steps: [{ ...finetune, batchSize: 500 }] }, /smaller batch size/],
  ] as const)('because it %s is refused, and nothing is written', async (_, recipe, sentence) => {
    const bench = await Bench.make();
    const before = await readdir(bench.folder);
    await expect(bench.run(recipe as never)).rejects.toThrow(sentence);
    expect(await readdir(bench.folder)).toEqual(before);
  });

  it('does not touch a folder that holds a checkpoint, least of all its own', async () => {
    const bench = await Bench.make();
    await expect(bench.run(cut, { out: 'net' })).rejects.toThrow(/holds the checkpoint to start from/);
    await bench.run({ checkpoint: 'net', steps: [prune] });
    const before = await bench.hashes('out');
    for (const resume of [false, true])
      await expect(bench.run(cut, { resume })).rejects.toThrow(/already holds|another recipe/);
    expect(await bench.hashes('out')).toEqual(before);
  });

  it('does not write to a file', async () => {
    const bench = await Bench.make();
    await writeFile(bench.path('out'), 'text');
    await expect(bench.run(cut)).rejects.toThrow(/is not a folder: choose another/);
  });

  it('leaves other files in its folder alone', async () => {
    const bench = await Bench.make();
    await mkdir(bench.path('out'));
    await writeFile(bench.path('out', 'notes.txt'), 'mine');
    const run = bench.run(cut, {
      watch: (event, cancel) => {
        if (event.kind === 'progress') cancel();
      },
    });
    await expect(run).rejects.toThrow(/Cancelled/);
    expect(await readdir(bench.path('out'))).toEqual(['notes.txt']);
  });
});

describe('a recipe of many steps', () => {
  it('trains, prunes and fine-tunes more than once, and resumes in the second round', async () => {
    const bench = await Bench.make();
    const steps = [
      prune,
      { ...finetune, epochs: 1 },
      { step: 'evaluate' },
      { step: 'prune', amount: { sparsity: 0.8 } },
      finetune,
    ];
    const recipe = { checkpoint: 'net', data: 'shapes', keepEpochs: true, steps } as never;
    await bench.run(recipe, { out: 'whole' });
    let epochs = 0;
    const stopped = bench.run(recipe, {
      watch: (event, cancel) => {
        if (event.kind === 'epoch' && ++epochs === 2) cancel();
      },
    });
    await expect(stopped).rejects.toThrow(/Cancelled/);
    const result = await bench.run(recipe, { resume: true });
    expect(await bench.hashes('out')).toEqual(await bench.hashes('whole'));
    expect(result.steps.map(({ step }) => step)).toEqual(['prune', 'finetune', 'evaluate', 'prune', 'finetune']);
    expect(result.after.sparsity).toBeCloseTo(0.8, 2);
    expect(Object.keys(await bench.hashes('out'))).toContain('epochs/step-5/epoch-01/model.json');
  });
});

describe('a recipe that only evaluates', () => {
  const measured = {
    checkpoint: 'net',
    data: 'shapes',
    steps: [{ step: 'evaluate' }, { step: 'evaluate', split: 'validation' }],
  } as const;

  it('writes its results and no checkpoint; what it ends in is what it began with', async () => {
    const bench = await Bench.make();
    const before = await bench.hashes('net');
    const result = await bench.run(measured as never);
    expect((await readdir(bench.path('out'))).sort()).toEqual([
      'journal.jsonl',
      'recipe.json',
      'results.csv',
      'results.json',
      'results.md',
    ]);
    expect(result.out).toBe(bench.path('net', 'model.json'));
    expect(result.after).toEqual(result.before);
    expect(result.steps.map((step) => (step.step === 'evaluate' ? step.evaluation.samples : 0))).toEqual([90, 20]);
    expect(await bench.hashes('net')).toEqual(before);
    expect(RunResult.parse(JSON.parse(await readFile(bench.path('out', 'results.json'), 'utf8')))).toEqual(result);
    expect(await bench.run(measured as never, { resume: true })).toEqual(result);
    await expect(bench.run(measured as never)).rejects.toThrow(/already holds the results of a run/);
  });
});
