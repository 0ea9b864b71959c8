import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { OutputFolder } from '../../../src/engine/folder/output-folder';
import { discardUnfinished } from '../../../src/engine/recipe/folder/discard-unfinished';
import { hashRecipe } from '../../../src/engine/recipe/provenance';
import { Recipe, type RecipeInput } from '../../../src/protocol/recipe';
import type { RunEvent } from '../../../src/protocol/run';
import { Bench } from './runs';

type Job = Omit<RecipeInput, 'recipeVersion'>;
const finetune = { step: 'finetune', epochs: 2, batchSize: 60, learningRate: 0.01 } as const;
const prune: Job = { checkpoint: 'net', steps: [{ step: 'prune', amount: { sparsity: 0.7 } }] };

/** A bench whose network has labels and metadata beside it. */
async function withCompanions(): Promise<Bench> {
  const bench = await Bench.make();
  await writeFile(bench.path('net', 'labels.txt'), 'cat\ndog\nbird\n');
  await writeFile(bench.path('net', 'metadata.json'), '{"labels":["cat","dog","bird"]}');
  return bench;
}

/** Makes every write of a file of this name fail as on a full disk, until the test ends. */
function failing(name: string): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its folder below
  const write = OutputFolder.prototype.write;
  const spy = vi.spyOn(OutputFolder.prototype, 'write').mockImplementation(function (
    this: OutputFolder,
    file,
    content,
  ) {
    if (file === name) return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    return write.call(this, file, content);
  });
  onEnd.push(() => spy.mockRestore());
}
const onEnd: (() => void)[] = [];
const ended = (): void => {
  for (const end of onEnd.splice(0)) end();
};

describe('a run that fails at its last write', () => {
  it('takes the labels and metadata that came with its model away again, and the folders that it made', async () => {
    const bench = await withCompanions();
    const before = await readdir(bench.folder, { recursive: true });
    failing('results.json');
    await expect(bench.run(prune, { out: 'runs/today/out' })).rejects.toThrow(/no space left/);
    ended();
    expect(await readdir(bench.folder, { recursive: true })).toEqual(before);
    await bench.run(prune, { out: 'runs/today/out' });
    expect(await readFile(bench.path('runs/today/out/labels.txt'), 'utf8')).toBe('cat\ndog\nbird\n');
  });

  it('leaves those that were there before, of the same name or content, and a recipe', async () => {
    const bench = await withCompanions();
    await mkdir(bench.path('out'));
    await writeFile(bench.path('out', 'labels.txt'), 'cat\ndog\nbird\n');
    const recipe = JSON.stringify({ recipeVersion: 1, ...prune, checkpoint: '../net' });
    await writeFile(bench.path('out', 'recipe.json'), recipe);
    failing('results.json');
    await expect(bench.run(prune)).rejects.toThrow(/no space left/);
    ended();
    expect(await readdir(bench.path('out'))).toEqual(['labels.txt', 'recipe.json']);
    expect(await readFile(bench.path('out', 'recipe.json'), 'utf8')).toBe(recipe);
  });

  it('after whole epochs: they come back when it is resumed', async () => {
    const bench = await withCompanions();
    const recipe: Job = { checkpoint: 'net', data: 'shapes', steps: [finetune] };
    failing('results.json');
    await expect(bench.run(recipe)).rejects.toThrow(/no space left/);
    ended();
    expect(await readdir(bench.path('out'))).not.toContain('labels.txt');
    await bench.run(recipe, { resume: true });
    expect(await readdir(bench.path('out'))).toContain('labels.txt');
  });
});

describe('a run that is killed', () => {
  const recipe: Job = { checkpoint: 'net', data: 'shapes', steps: [...prune.steps, finetune] };

  /** A copy of the folder as it is at the first event: what a kill leaves at that moment. */
  async function killedAtOnce(bench: Bench, out: string): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    let copied: Promise<void> = Promise.resolve();
    const watch = (event: RunEvent, cancel: () => void): void => {
      if (event.kind !== 'step') return;
      copied = (async () => {
        for (const name of ['state/state.json', 'recipe.json', 'journal.jsonl'])
          files[name] = await readFile(bench.path(out, name), 'utf8').catch(() => '');
      })();
      cancel();
    };
    await expect(bench.run(recipe, { out, watch })).rejects.toThrow(/Cancelled/);
    await copied;
    return files;
  }

  it('before it has anything to go on with leaves nothing to whoever clears it, up to the folders that it made', async () => {
    const bench = await withCompanions();
    const { 'state/state.json': state } = await killedAtOnce(bench, 'first');
    expect(state).toContain(hashRecipe(Recipe.parse({ recipeVersion: 1, ...recipe })));
    const out = bench.path('runs', 'today', 'out');
    await mkdir(path.join(out, 'state'), { recursive: true });
    await writeFile(path.join(out, 'state', 'state.json'), state!);
    await writeFile(path.join(out, 'labels.txt'), 'cat\ndog\nbird\n');
    await writeFile(path.join(out, 'metadata.json'), 'of somebody else');
    await discardUnfinished(out, bench.path('runs'));
    expect(await readdir(out)).toEqual(['metadata.json']);
    await rm(path.join(out, 'metadata.json'));
    await discardUnfinished(out, bench.path('runs'));
    expect(await readdir(bench.folder)).not.toContain('runs');
  });

  it('does not cost the person a recipe that was in the folder', async () => {
    const bench = await withCompanions();
    const own = JSON.stringify({ recipeVersion: 1, ...recipe, checkpoint: '../net', data: '../shapes' });
    for (const out of ['one', 'two']) {
      await mkdir(bench.path(out));
      await writeFile(bench.path(out, 'recipe.json'), own);
    }
    const left = await killedAtOnce(bench, 'one');
    expect(left['recipe.json']).toBe(own);
    await mkdir(bench.path('two', 'state'));
    await writeFile(bench.path('two', 'state', 'state.json'), left['state/state.json']!);
    await discardUnfinished(bench.path('two'));
    expect(await readdir(bench.path('two'))).toEqual(['recipe.json']);
  });
});
