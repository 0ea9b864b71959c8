import { open, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FigureCache, type KeptFigures } from '../../../src/engine/checkpoint/figure-cache';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { sessionSizes } from '../../../src/engine/checkpoint/sizes';
import { withSession } from '../../../src/engine/checkpoint/store';
import { surveyOf } from '../../../src/engine/checkpoint/survey';
import { sessionPacking } from '../../../src/engine/compress/pack/packing-of';
import { inspect } from '../../../src/engine/measure/inspect';
import { sessionHistograms } from '../../../src/engine/measure/session-histograms';
import { SHARD, tinyWeights, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

const { signal } = new AbortController();
/** Files that a test has just written have been as they are for ten seconds. */
const later = (): number => Date.now() + 10_000;
const cacheIn = (folder: string, more: { revision?: string; now?: () => number; most?: number } = {}): FigureCache =>
  new FigureCache(folder, { revision: 'one', now: later, ...more });

/** All figures that a panel shows of a checkpoint, as a new engine finds them, and whether its weights were read for them. */
async function shown(file: string, cache?: FigureCache) {
  let heard = 0;
  let found: KeptFigures | undefined;
  const checkpoint = await readCheckpoint(file, {
    largeFrom: 0,
    onProgress: () => heard++,
    kept: async (about) => (found = await cache?.of(about)),
  });
  const work = withSession(
    checkpoint,
    async (session) => ({
      inspection: await inspect(checkpoint, {
        files: () => sessionSizes(session, signal),
        packed: () => sessionPacking(session, signal),
      }),
      brotli: await sessionSizes(session, signal, true),
      histograms: await sessionHistograms(session, [null, 'logits'], 512, signal),
      surveys: [...checkpoint.tensors.values()].map(surveyOf),
    }),
    found,
  );
  await work.catch(() => undefined);
  await cache?.written();
  const figures = await work;
  return { figures, read: heard > 0 };
}

/** Weights with numbers of each kind. */
function oddWeights(): Float32Array {
  const weights = tinyWeights();
  weights.set([NaN, Infinity, -Infinity, 0, -0, 2 ** -149, 3e38], 5);
  return weights;
}

/** Changes a byte of a file in its place, and sets its time of change back. */
async function flip(file: string, at: number): Promise<void> {
  const before = await stat(file);
  const handle = await open(file, 'r+');
  const byte = new Uint8Array(1);
  await handle.read(byte, 0, 1, at);
  await handle.write(new Uint8Array([byte[0]! ^ 0x40]), 0, 1, at);
  await handle.close();
  await utimes(file, before.atime, before.mtime);
}

describe('figures of large checkpoints', () => {
  it('are found by another engine as they were, without reading weights', async () => {
    const file = await writeRaw(await temporaryFolder(), undefined, oddWeights());
    const folder = await temporaryFolder();
    const plain = await shown(file);
    expect(await shown(file, cacheIn(folder))).toEqual(plain);
    expect(plain.read).toBe(true);
    const again = await shown(file, cacheIn(folder));
    expect(again.figures).toEqual(plain.figures);
    expect(again.read).toBe(false);
    expect((await readdir(folder)).map((name) => name.slice(33)).sort()).toEqual(
      ['brotli', 'histograms', 'packing', 'reading', 'sizes'].map((kind) => `${kind}.json.gz`),
    );
  });

  it('are all new where one byte of a shard has changed, also with size and time as before', async () => {
    const file = await writeRaw(await temporaryFolder());
    const cache = cacheIn(await temporaryFolder());
    const before = await shown(file, cache);
    await flip(path.join(path.dirname(file), SHARD), 3);
    const after = await shown(file, cache);
    expect(after.read).toBe(true);
    expect(after.figures).toEqual((await shown(file)).figures);
    expect(after.figures.inspection.weightsHash).not.toBe(before.figures.inspection.weightsHash);
    expect(after.figures.histograms).not.toEqual(before.figures.histograms);
  });

  it('are all new where the description has changed', async () => {
    const file = await writeRaw(await temporaryFolder());
    const cache = cacheIn(await temporaryFolder());
    await shown(file, cache);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('logits', 'answer'));
    await expect(shown(file, cache)).rejects.toThrow(/no layer "logits"/);
  });

  it('are not used where their file is damaged, or of another revision', async () => {
    const file = await writeRaw(await temporaryFolder());
    const folder = await temporaryFolder();
    const first = await shown(file, cacheIn(folder));
    const names = await readdir(folder);
    for (const name of names) {
      const bytes = await readFile(path.join(folder, name));
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      await writeFile(path.join(folder, name), bytes);
    }
    expect(await shown(file, cacheIn(folder))).toEqual(first);
    expect((await shown(file, cacheIn(folder))).read).toBe(false);
    expect((await shown(file, cacheIn(folder, { revision: 'two' }))).read).toBe(true);
  });

  it('are not kept of files that changed a moment ago, or while they were computed', async () => {
    const file = await writeRaw(await temporaryFolder());
    const folder = await temporaryFolder();
    await shown(file, cacheIn(folder, { now: Date.now }));
    expect(await readdir(folder)).toEqual([]);
    const cache = cacheIn(folder);
    const { stamp, files } = await readCheckpoint(file);
    const kept = await cache.of({ path: file, files, stamp });
    await flip(path.join(path.dirname(file), SHARD), 3);
    kept!.keep('sizes', { bytes: 1, gzipBytes: 1 });
    await cache.written();
    expect(await readdir(folder)).toEqual([]);
    await writeRaw(path.dirname(file), undefined, tinyWeights());
    expect(await cache.of({ path: file, files, stamp })).toBeUndefined();
  });

  it('that were used longest ago go first', async () => {
    const [a, b] = await Promise.all([writeRaw(await temporaryFolder()), writeRaw(await temporaryFolder())]);
    const folder = await temporaryFolder();
    await shown(a, cacheIn(folder));
    const sizes = await Promise.all((await readdir(folder)).map((name) => stat(path.join(folder, name))));
    const most = sizes.reduce((sum, { size }) => sum + size, 0) * 1.5;
    await shown(b, cacheIn(folder, { most, now: () => later() + 60_000 }));
    expect((await shown(b, cacheIn(folder, { most }))).read).toBe(false);
    const all = await Promise.all((await readdir(folder)).map((name) => stat(path.join(folder, name))));
    expect(all.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(most);
    expect((await readdir(folder)).length).toBeLessThan(2 * sizes.length);
  });
});
