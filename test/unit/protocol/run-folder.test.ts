import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readListedRun } from '../../../src/disk/read-run';
import { Bench } from '../recipe/runs';
import { temporaryFolder } from '../temporary';

const prune = { step: 'prune', amount: { sparsity: 0.7 } } as const;
const finetune = { step: 'finetune', epochs: 3, batchSize: 20, learningRate: 0.01 } as const;

describe('a run folder', () => {
  it('describes a finished run', async () => {
    const bench = await Bench.make();
    const result = await bench.run({ checkpoint: 'net', steps: [prune] });
    const run = await readListedRun(bench.path('out'), false);
    expect(run).toMatchObject({ state: 'finished', result, done: { steps: 1, of: 1, epochs: 0 } });
    expect(run?.recipe?.steps[0]?.step).toBe('prune');
  });

  it('describes the progress of an unfinished run', async () => {
    const bench = await Bench.make();
    const stopped = bench.run(
      { checkpoint: 'net', data: 'shapes', steps: [prune, finetune] },
      { watch: (event, cancel) => event.kind === 'epoch' && event.record.epoch === 2 && cancel() },
    );
    await expect(stopped).rejects.toThrow('Cancelled');
    expect(await readListedRun(bench.path('out'), false)).toMatchObject({
      state: 'unfinished',
      done: { steps: 1, of: 2, epochs: 2 },
    });
  });

  it.each([
    ['results.json', '{"steps": 3}', 'results.json cannot be read'],
    ['recipe.json', 'gone wrong', 'recipe.json cannot be read'],
    ['state/state.json', '[]', 'state.json cannot be read'],
  ])('with a damaged %s says so in one sentence, and keeps what can be read', async (name, text, words) => {
    const bench = await Bench.make();
    await bench.run({ checkpoint: 'net', steps: [prune] });
    await mkdir(bench.path('out', 'state'), { recursive: true });
    await writeFile(bench.path('out', name), text);
    const run = await readListedRun(bench.path('out'), false);
    expect(run).toMatchObject({ state: 'damaged', problem: expect.stringContaining(words) as string });
    expect(run?.problem).toMatch(/^[^.]*(\.json[^.]*)+: [^.]*\.$/);
    expect(run?.recipe === undefined).toBe(name === 'recipe.json');
    expect(run?.result === undefined).toBe(name === 'results.json');
  });

  it('without its recipe is damaged only if nothing gives the result', async () => {
    const bench = await Bench.make();
    await bench.run({ checkpoint: 'net', steps: [prune] });
    await rm(bench.path('out', 'recipe.json'));
    expect(await readListedRun(bench.path('out'), false)).toMatchObject({ state: 'finished' });
  });

  it('may hold no run, or not exist', async () => {
    const folder = await temporaryFolder();
    const none = [await readListedRun(folder, false), await readListedRun(path.join(folder, 'none'), false)];
    expect(none).toEqual([undefined, undefined]);
  });
});
