import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { RunFolder } from '../../../src/engine/recipe/folder/run-folder';
import { freedWords, RunResult, type RunEvent } from '../../../src/protocol/run';
import { Bench } from './runs';

const finetune = { step: 'finetune', epochs: 4, batchSize: 20, learningRate: 0.01 } as const;
const train = { step: 'train', architecture: 'mlp', epochs: 3, batchSize: 20 } as const;

/** The epochs in the folder of a run. */
const epochsIn = async (bench: Bench, out = 'out'): Promise<string[]> =>
  Object.keys(await bench.hashes(out)).filter((name) => /^epochs\/.*model\.json$/.test(name));

/** Ends a run after an epoch. */
const stopAfter =
  (epoch: number) =>
  (event: RunEvent, cancel: () => void): void => {
    if (event.kind === 'epoch' && event.record.epoch === epoch) cancel();
  };

describe('the checkpoints of epochs', () => {
  it('go once a run is done, and its results tell their number and bytes', async () => {
    const bench = await Bench.make();
    let most = 0;
    const result = await bench.run(
      { checkpoint: 'net', data: 'shapes', steps: [finetune] },
      { watch: ({ kind }) => void (most += kind === 'epoch' ? 1 : 0) },
    );
    expect(most).toBe(4);
    expect(await readdir(bench.path('out'))).not.toContain('epochs');
    expect(result.freed?.checkpoints).toBeGreaterThan(0);
    expect(result.freed?.bytes).toBeGreaterThan(1000);
    expect(freedWords(result)).toMatch(/of epochs removed, which frees/);
    const written: unknown = JSON.parse(await readFile(bench.path('out', 'results.json'), 'utf8'));
    expect(RunResult.parse(written)).toEqual(result);
    // The run is finished as before.
    const again = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [finetune] }, { resume: true });
    expect(again.written).toEqual(result.written);
  });

  it('stay on request, with the same result', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [finetune] };
    const kept = await bench.run({ ...recipe, keepEpochs: true }, { out: 'kept' });
    const cleaned = await bench.run(recipe);
    expect(await epochsIn(bench, 'kept')).toHaveLength(4);
    expect(kept).not.toHaveProperty('freed');
    expect(kept.written).toEqual(cleaned.written);
  });

  it('to which a step goes back stay', async () => {
    const bench = await Bench.make();
    const prune = { step: 'prune', amount: { sparsity: 0.5 } } as const;
    await bench.run({ data: 'shapes', steps: [train, prune, { step: 'rewind', to: 2 }, { ...finetune, epochs: 1 }] });
    expect(await epochsIn(bench)).toEqual(['epochs/epoch-02/model.json']);
  });

  it('that nobody needs go while the run goes on, and it resumes to the same bytes', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [{ ...finetune, epochs: 6 }] };
    const whole = await bench.run(recipe, { out: 'whole' });
    const stopped = bench.run(recipe, { watch: stopAfter(4) });
    await expect(stopped).rejects.toThrow();
    const left = await epochsIn(bench);
    expect(left).toContain('epochs/epoch-04/model.json');
    const said: RunEvent[] = [];
    const resumed = await bench.run(recipe, { resume: true, watch: (event) => said.push(event) });
    expect(resumed.written).toEqual(whole.written);
    expect(said.filter((event) => event.kind === 'message' && event.text.includes('damaged'))).toEqual([]);
    expect(await readdir(bench.path('out'))).not.toContain('epochs');
  });

  it('leave files of others where they are', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [finetune] };
    const stopped = bench.run(recipe, { watch: stopAfter(2) });
    await expect(stopped).rejects.toThrow();
    const note = path.join(bench.path('out', 'epochs', 'epoch-02'), 'note.md');
    await writeFile(note, 'mine');
    await bench.run(recipe, { resume: true });
    expect(await readdir(bench.path('out', 'epochs', 'epoch-02'))).toEqual(['note.md']);
  });

  it('that another run reads stay, while the run goes on and once it is done', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [{ ...finetune, epochs: 6 }] };
    await expect(bench.run(recipe, { watch: stopAfter(1) })).rejects.toThrow(/Cancelled/);
    const prune = { step: 'prune', amount: { sparsity: 0.5 } } as const;
    await bench.run({ checkpoint: 'out/epochs/epoch-01', steps: [prune] }, { out: 'branch' });
    await expect(bench.run(recipe, { resume: true, watch: stopAfter(5) })).rejects.toThrow(/Cancelled/);
    const back = { step: 'rewind', to: 'out/epochs/epoch-05/model.json' } as const;
    await bench.run({ checkpoint: 'net', steps: [prune, back] }, { out: 'back' });
    await bench.run(recipe, { resume: true });
    expect(await epochsIn(bench)).toEqual(['epochs/epoch-01/model.json', 'epochs/epoch-05/model.json']);
  });

  it('that are damaged are named, not the earlier ones that the run removed', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [{ ...finetune, epochs: 6 }] };
    await expect(bench.run(recipe, { watch: stopAfter(5) })).rejects.toThrow(/Cancelled/);
    const left = await epochsIn(bench);
    expect(left.length).toBeLessThan(5);
    for (const name of left) await writeFile(bench.path('out', name), '{}');
    const names = left.map((name) => name.replace('/model.json', ''));
    const last = names.pop()!;
    await expect(bench.run(recipe, { resume: true })).rejects.toThrow(
      `cannot go on, because its checkpoint${names.length > 0 ? `s ${names.join(', ')} and` : ''} ${last} `,
    );
  });

  it('go from a run that was killed once it had written its results, and never from one of an earlier version', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [finetune] };
    await bench.run({ ...recipe, keepEpochs: true });
    await bench.run(recipe, { resume: true });
    // It was not asked to remove any.
    expect(await epochsIn(bench)).toHaveLength(4);
    const results = bench.path('out', 'results.json');
    const written = RunResult.parse(JSON.parse(await readFile(results, 'utf8')));
    await writeFile(results, JSON.stringify({ ...written, freed: { checkpoints: 4, bytes: 1 } }));
    await bench.run(recipe, { resume: true });
    expect(await epochsIn(bench)).toEqual([]);
  });

  it('that the state before the last one needs stay, between two trainings of a step too', async () => {
    const bench = await Bench.make();
    const distill = { step: 'distill', epochs: 2, batchSize: 55, width: 0.5, seeds: 2 } as const;
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [distill] };
    const whole = await bench.run(recipe, { out: 'whole' });
    for (const after of [3, 5, 7]) {
      const out = `left-${after}`;
      let epochs = 0;
      const watch = ({ kind }: RunEvent, cancel: () => void): void => {
        if (kind === 'epoch' && ++epochs === after) cancel();
      };
      await expect(bench.run(recipe, { out, watch })).rejects.toThrow(/Cancelled/);
      await writeFile(bench.path(out, 'state', 'state.json'), '{}');
      expect((await bench.run(recipe, { out, resume: true })).written).toEqual(whole.written);
    }
  });

  it('keep their description until their weights are gone, so that a killed removal can be repeated', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [finetune] };
    await bench.run({ ...recipe, keepEpochs: true });
    const results = bench.path('out', 'results.json');
    const written = RunResult.parse(JSON.parse(await readFile(results, 'utf8')));
    await writeFile(results, JSON.stringify({ ...written, freed: { checkpoints: 4, bytes: 1 } }));
    const epoch = bench.path('out', 'epochs', 'epoch-02');
    const shard = (await readdir(epoch)).find((name) => name.endsWith('.bin'))!;
    await rm(path.join(epoch, shard));
    // A folder cannot be removed as a file.
    await mkdir(path.join(epoch, shard));
    await bench.run(recipe, { resume: true });
    expect((await readdir(epoch)).sort()).toEqual([shard, 'model.json'].sort());
    await rm(path.join(epoch, shard), { recursive: true });
    await bench.run(recipe, { resume: true });
    expect(await readdir(bench.path('out'))).not.toContain('epochs');
  });

  it('that another run reaches by a link stay', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [{ ...finetune, epochs: 6 }] };
    await expect(bench.run(recipe, { watch: stopAfter(1) })).rejects.toThrow(/Cancelled/);
    await symlink(bench.folder, bench.path('link'), 'junction');
    const prune = { step: 'prune', amount: { sparsity: 0.5 } } as const;
    await bench.run({ checkpoint: 'link/out/epochs/epoch-01', steps: [prune] }, { out: 'branch' });
    await bench.run(recipe, { resume: true });
    expect(await epochsIn(bench)).toEqual(['epochs/epoch-01/model.json']);
  });

  it('stay where more folders lie beside the run than are looked into', async () => {
    const bench = await Bench.make();
    await Promise.all(Array.from({ length: 1001 }, (_, i) => mkdir(bench.path(`other-${i}`))));
    const result = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [{ ...finetune, epochs: 2 }] });
    expect(result).not.toHaveProperty('freed');
    expect(await epochsIn(bench)).toHaveLength(2);
  });

  it('go last: a run whose journal cannot be ended keeps its result', async () => {
    const bench = await Bench.make();
    const recipe = { checkpoint: 'net', data: 'shapes', steps: [finetune] };
    const whole = await bench.run(recipe, { out: 'whole' });
    const full = vi.spyOn(RunFolder.prototype, 'end').mockRejectedValue(new Error('no space left'));
    try {
      await expect(bench.run(recipe)).rejects.toThrow('no space left');
    } finally {
      full.mockRestore();
    }
    expect(await epochsIn(bench)).not.toEqual([]);
    expect((await bench.run(recipe, { resume: true })).written).toEqual(whole.written);
    expect(await epochsIn(bench)).toEqual([]);
  });
});
