import { createHash } from 'node:crypto';
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discardUnfinished } from '../../../src/engine/recipe/folder/discard-unfinished';
import type { RunEvent } from '../../../src/protocol/run';
import { Bench } from './runs';

const prune = { step: 'prune', amount: { sparsity: 0.7 } } as const;
const finetune = { step: 'finetune', epochs: 4, batchSize: 20, learningRate: 0.01 } as const;
const cut = { checkpoint: 'net', data: 'shapes', keepEpochs: true, steps: [prune, finetune] };

let bench: Bench;
/** The bytes of a run that nothing disturbed. */
let whole: Record<string, string>;

afterAll(() => rm(bench.folder, { recursive: true, force: true }));

beforeAll(async () => {
  bench = await Bench.make(await mkdtemp(path.join(tmpdir(), 'secateur-resume-')));
  await bench.run(cut, { out: 'whole' });
  whole = await bench.hashes('whole');
  // A run that was ended after its third epoch.
  let epochs = 0;
  const stop = (event: RunEvent, cancel: () => void): void => {
    if (event.kind === 'epoch' && ++epochs === 3) cancel();
  };
  await expect(bench.run(cut, { out: 'left', watch: stop })).rejects.toThrow(/Cancelled/);
});

/** A copy of what the unfinished run left. */
async function left(name: string): Promise<(...parts: string[]) => string> {
  await cp(bench.path('left'), bench.path(name), { recursive: true });
  return (...parts) => bench.path(name, ...parts);
}

/** Turns one bit of a file over. */
async function flip(file: string, at = 0.5): Promise<void> {
  const bytes = await readFile(file);
  const place = Math.floor(bytes.length * at);
  bytes[place] = bytes[place]! ^ 4;
  await writeFile(file, bytes);
}

const shardIn = async (folder: string): Promise<string> =>
  path.join(
    folder,
    (await readdir(folder)).find((name) => name.endsWith('.bin'))!,
  );

async function resumed(out: string): Promise<string[]> {
  const told: string[] = [];
  await bench.run(cut, { out, resume: true, watch: (event) => event.kind === 'message' && told.push(event.text) });
  expect(await bench.hashes(out)).toEqual(whole);
  return told;
}

it('a finished run whose checkpoint was changed since is not called finished', async () => {
  await cp(bench.path('whole'), bench.path('changed'), { recursive: true });
  await expect(resumed('changed')).resolves.toContainEqual(expect.stringContaining('was finished before'));
  await flip(await shardIn(bench.path('changed')));
  await expect(bench.run(cut, { out: 'changed', resume: true })).rejects.toThrow(
    /was finished, but its checkpoint is no longer the one that it wrote: run the recipe again in another folder\.$/,
  );
});

it('goes on with the normalization that the run decided when it began, without another search', async () => {
  const at = await left('decided');
  // This network tells nothing about its pixels: a search stops with a question.
  await expect(bench.run(cut, { out: 'asked', untold: true })).rejects.toThrow(/normalization/);
  await bench.run(cut, { out: path.basename(at()), resume: true, untold: true });
  expect(await bench.hashes('decided')).toEqual(whole);
});

describe('one flipped bit in what an unfinished run left', () => {
  it.each([
    [
      'the weights of its last epoch',
      'weights',
      /goes on from epoch 2 of step 2, because its checkpoint .*epoch-03 is/,
    ],
    ['the description of its last epoch', 'epochs/epoch-03/model.json', /from epoch 2 .*epoch-03 is damaged/],
    ['the optimiser', 'state/optimizer-2-3.bin', /from epoch 2 of step 2, because its state is damaged/],
    ['its state', 'state/state.json', /from epoch 2 of step 2, because its state is damaged/],
  ])('%s: it goes on from the last whole epoch, says so, and ends in the same bytes', async (what, file, words) => {
    const at = await left(`flip-${what.replaceAll(' ', '-')}`);
    await flip(file === 'weights' ? await shardIn(at('epochs', 'epoch-03')) : at(file));
    expect((await resumed(path.basename(at()))).join()).toMatch(words);
  });

  it.each(['state/previous.json', 'state/optimizer-2-2.bin', 'recipe.json', 'journal.jsonl', 'model.json'])(
    '%s, which is not needed: it ends in the same bytes',
    async (file) => {
      const at = await left(`harmless-${path.basename(file)}`);
      await flip(at(file));
      await resumed(path.basename(at()));
    },
  );

  it('in both of its last epochs: it is refused, with the last one that is whole', async () => {
    const at = await left('both');
    for (const epoch of ['epoch-03', 'epoch-02']) await flip(await shardIn(at('epochs', epoch)));
    const before = await bench.hashes('both');
    await expect(bench.run(cut, { out: 'both', resume: true })).rejects.toThrow(
      /cannot go on, because its checkpoints epochs\/epoch-02 and epochs\/epoch-03 are damaged: start again in another folder, or from its last whole epoch, the checkpoint epochs\/epoch-01\.$/,
    );
    expect(await bench.hashes('both')).toEqual(before);
  });
});

it('names only some of many checkpoints that are damaged', async () => {
  const steps = [prune, { ...finetune, epochs: 9, batchSize: 110 }];
  const long = { checkpoint: 'net', data: 'shapes', keepEpochs: true, steps };
  let epochs = 0;
  const stop = (event: RunEvent, cancel: () => void): void => {
    if (event.kind === 'epoch' && ++epochs === 8) cancel();
  };
  await expect(bench.run(long, { out: 'long', watch: stop })).rejects.toThrow(/Cancelled/);
  await rm(bench.path('long', 'epochs'), { recursive: true });
  await mkdir(bench.path('long', 'epochs'));
  await expect(bench.run(long, { out: 'long', resume: true })).rejects.toThrow(
    /its checkpoints epochs\/epoch-01, (epochs\/epoch-\d+, ){3}epochs\/epoch-05 and \d more are damaged: start again/,
  );
});

describe('a run that was killed', () => {
  it.each([true, false])('in its first epoch, begins again where it is asked for (resume: %s)', async (resume) => {
    const out = `first-${resume}`;
    const at = await left(out);
    // As it was before its first epoch was written.
    for (const name of ['epochs', 'model.json', 'state/optimizer-2-3.bin', 'state/optimizer-2-2.bin'])
      await rm(at(name), { recursive: true });
    await rm(await shardIn(at()));
    const state = await stateIn<Record<string, unknown>>(at());
    delete state['training'];
    const checkpoints = Object.entries(state['checkpoints'] as Record<string, unknown>).filter(([name]) =>
      name.startsWith('state/'),
    );
    await writeFile(at('state', 'state.json'), sealed({ ...state, checkpoints: Object.fromEntries(checkpoints) }));
    await writeFile(at('.secateur-4194305-0123456789ab.tmp'), 'half');
    await bench.run(cut, { out, resume });
    expect(await bench.hashes(out)).toEqual(whole);
    expect(await readdir(at())).not.toContain('.secateur-4194305-0123456789ab.tmp');
  });

  it('before its first epoch is cleared for whoever ended it; after one it stays', async () => {
    const at = await left('ended');
    const before = await readdir(at(), { recursive: true });
    await discardUnfinished(at());
    expect(await readdir(at(), { recursive: true })).toEqual(before);
    await rm(at('epochs'), { recursive: true });
    await writeFile(at('notes.txt'), 'mine');
    await discardUnfinished(at());
    expect(await readdir(at())).toEqual(['notes.txt']);
  });
});

/** The state that a run has left, without its seal. */
async function stateIn<T extends object>(out: string): Promise<T> {
  const state = JSON.parse(await readFile(path.join(out, 'state', 'state.json'), 'utf8')) as T & { sha256?: string };
  delete state.sha256;
  return state;
}

/** A state as a run writes it. */
function sealed(state: object): string {
  const text = JSON.stringify(state);
  return `{"sha256":"${createHash('sha256').update(text).digest('hex')}",${text.slice(1)}`;
}

describe('a run folder from others', () => {
  /** A copy of an unfinished run whose state says something else, sealed as if it were its own. */
  async function forged(name: string, change: (state: { training: { file: string }; start: string }) => void) {
    const at = await left(name);
    const state = await stateIn<{ training: { file: string }; start: string }>(at());
    change(state);
    await writeFile(at('state', 'state.json'), sealed(state));
    await rm(at('state', 'previous.json'));
    await mkdir(bench.path('victim'), { recursive: true });
    await writeFile(bench.path('victim', 'x'), 'mine');
    return at;
  }

  it.each([
    ['its file of moments', (state: { training: { file: string } }) => (state.training.file = '../../victim/x')],
    ['the model it began with', (state: { start: string }) => (state.start = '../victim')],
  ])('that names another place for %s is refused, and nothing outside is touched', async (what, change) => {
    const out = `forged-${what.replaceAll(' ', '-')}`;
    await forged(out, change);
    await expect(bench.run(cut, { out, resume: true })).rejects.toThrow(/cannot go on, because its state is damaged/);
    expect(await readFile(bench.path('victim', 'x'), 'utf8')).toBe('mine');
  });

  const LINKED = [
    ...['results.json', 'results.csv', 'results.md', 'journal.jsonl', 'recipe.json', 'pareto.json', 'model.json'],
    ...['state', 'epochs', 'plans', 'state/state.json', 'state/previous.json', 'state/optimizer-2-3.bin'],
    ...['epochs/epoch-03', 'epochs/epoch-03/model.json', 'epochs/epoch-04', 'state/step-2'],
  ];

  it.each(LINKED)('with a link for %s: what it leads to is never written, followed or removed', async (name) => {
    const out = `linked-${name.replaceAll('/', '-')}`;
    const at = await left(out);
    const victim = bench.path(`victim-of-${out}`);
    const there = await lstat(at(name)).catch(() => undefined);
    // The victim is what was there, so that following the link would work.
    if (there) await cp(at(name), victim, { recursive: true });
    else await mkdir(victim, { recursive: true });
    await rm(at(name), { recursive: true, force: true });
    await symlink(victim, at(name));
    const before = await contents(victim);
    for (const resume of [true, false])
      await bench.run(cut, { out, resume }).then(
        () => bench.hashes(out).then((hashes) => expect(hashes).toMatchObject(finalOf(whole))),
        (error: unknown) => expect(String(error)).toMatch(/^UserError: [^\n]*\.$/),
      );
    expect(await contents(victim)).toEqual(before);
  });
});

const finalOf = (hashes: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(hashes).filter(([name]) => !name.includes('/')));

async function contents(given: string): Promise<Record<string, string>> {
  if ((await lstat(given)).isFile()) return { '': await readFile(given, 'hex') };
  const found = await readdir(given, { recursive: true, withFileTypes: true });
  const files = found.map(async (entry): Promise<[string, string]> => {
    const file = path.join(entry.parentPath, entry.name);
    return [path.relative(given, file), entry.isFile() ? await readFile(file, 'hex') : 'no file'];
  });
  return Object.fromEntries(await Promise.all(files));
}
