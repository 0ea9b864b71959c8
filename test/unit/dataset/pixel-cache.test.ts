import { mkdir, readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/protocol/errors';
import type { Form } from '../../../src/engine/dataset/pictures/form';
import { loadPictures, type Room } from '../../../src/engine/dataset/pictures/load';
import { cachedPixels } from '../../../src/engine/dataset/pictures/pixel-cache';
import { PixelFile } from '../../../src/engine/dataset/pictures/pixel-file';
import { pictureFiles } from '../../../src/engine/dataset/pictures/file';
import type { Picture } from '../../../src/engine/dataset/pictures/picture';
import { temporaryFolder } from '../temporary';

const pictures = path.join(import.meta.dirname, '../../../media/samples/garden/test/apple');
const form: Form = { height: 8, width: 8, color: 'rgb', resize: 'stretch', method: 'area' };
const SIZE = 8 * 8 * 3;
let folder: string;
let room: Room;

beforeEach(async () => {
  folder = await temporaryFolder();
  room = { cache: { folder: path.join(folder, 'pixels') }, inMemory: 0 };
});

const some = async (count = 5): Promise<Picture[]> => {
  const names = (await readdir(pictures)).slice(0, count);
  return pictureFiles(
    names.map((name) => path.join(pictures, name)),
    pictures,
  );
};
const inFile = async (all: Picture[], listener = {}): Promise<PixelFile> => {
  const loaded = await loadPictures(all, form, room, 'own', listener);
  if (!(loaded instanceof PixelFile)) throw new Error('they are in memory');
  return loaded;
};
const rowsOf = (file: PixelFile): number[][] =>
  file.reading((row) => Array.from({ length: file.count }, (_, i) => [...row(i)]));
const files = () => readdir(path.join(folder, 'pixels'));

describe('decoded pictures in a file', () => {
  it('are those that would be in memory', async () => {
    const all = await some();
    const memory = await loadPictures(all, form, { ...room, inMemory: Infinity }, 'own', {});
    expect(memory).toBeInstanceOf(Uint8Array);
    expect(rowsOf(await inFile(all)).flat()).toEqual([...(memory as Uint8Array)]);
  });

  it('are decoded once, and again where a picture has changed', async () => {
    const all = await some();
    const first = rowsOf(await inFile(all));
    const undecodable = all.map((one) => ({ ...one, read: () => Promise.reject(new Error('decoded again')) }));
    expect(rowsOf(await inFile(undecodable))).toEqual(first);
    const changed = all.map((one) => ({ ...one, stamp: () => 'other' }));
    await inFile(changed);
    expect(await files()).toHaveLength(2);
  });

  it('leave nothing where one is damaged, or the wait is cancelled', async () => {
    const all = await some();
    const damaged = { ...all[3]!, read: () => Promise.resolve(new Uint8Array(10)) };
    await expect(inFile([...all.slice(0, 3), damaged])).rejects.toThrow(/damaged or cut short/);
    await expect(inFile(all, { signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
    expect(await files()).toEqual([]);
  });

  it('that are cut short or removed are told, and decoded again', async () => {
    const all = await some();
    const file = await inFile(all);
    await truncate(path.join(folder, 'pixels', (await files())[0]!), SIZE);
    expect(() => rowsOf(file)).toThrow(/removed or cut short while they were in use: start again/);
    expect(rowsOf(await inFile(all))).toHaveLength(5);
  });
});

describe('the cache', () => {
  const OLD = new Date(Date.now() - 86_400_000);
  const old = async (name: string, size: number) => {
    const file = path.join(folder, 'pixels', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, new Uint8Array(size));
    await utimes(file, OLD, OLD);
  };

  it('removes what was not used for longest, and what killed runs have left', async () => {
    await old('a.pixels', 5 * SIZE);
    await old('b.1.part', SIZE);
    await old('unknown.txt', 10);
    room = { ...room, cache: { ...room.cache, most: 8 * SIZE } };
    await inFile(await some());
    const left = await files();
    expect(left).toHaveLength(2);
    expect(left).toContain('unknown.txt');
  });

  it('keeps what fits, and what was in use just now', async () => {
    await old('a.pixels', SIZE);
    room = { ...room, cache: { ...room.cache, most: 6 * SIZE } };
    await inFile(await some());
    expect(await files()).toContain('a.pixels');
    await inFile(await some(1));
    expect(await files()).not.toContain('a.pixels');
    await inFile(await some(2));
    expect(await files()).toHaveLength(3);
  });

  it('refuses more than it may hold', async () => {
    const all = await some();
    const decode = () => Promise.reject(new Error('decoded'));
    const cache = { folder: path.join(folder, 'pixels'), most: SIZE };
    await expect(cachedPixels(all, form, cache, 'own', decode)).rejects.toThrow(
      /The 5 images of own are 960 B at 8x8, more than the 192 B that the cache may hold: make them smaller/,
    );
  });
});
