import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { DatasetStore } from '../../../src/engine/dataset/store';
import { CancelledError } from '../../../src/protocol/errors';
import { temporaryFolder } from '../temporary';

const picture = path.resolve('test/fixtures/pictures/rgb.png');

it('data is read once, and again when something has changed in it', async () => {
  const folder = path.join(await temporaryFolder(), 'data');
  for (const name of ['a', 'b']) await mkdir(path.join(folder, name), { recursive: true });
  for (const name of ['a/1.png', 'a/2.png', 'b/1.png']) await cp(picture, path.join(folder, name));
  const store = new DatasetStore({ sampleFolder: folder, cacheFolder: folder }, () => undefined);
  const open = () => store.open(folder, '/', { download: false });
  const first = await open();
  expect((await open()).key).toBe(first.key);
  await cp(picture, path.join(folder, 'b', '2.png'));
  const second = await open();
  expect(second.key).not.toBe(first.key);
  expect(second.info.examples).toMatchObject({ train: 3, validation: 1 });
  await mkdir(path.join(folder, 'c'));
  await cp(picture, path.join(folder, 'c', '1.png'));
  expect((await open()).info.classNames).toEqual(['a', 'b', 'c']);
  await writeFile(path.join(folder, 'labels.txt'), 'c\nb\na\n');
  expect((await open()).info.classNames).toEqual(['c', 'b', 'a']);
  await rm(folder, { recursive: true });
  await expect(open()).rejects.toThrow(/does not exist or cannot be read/);
});

it('who cancels waits no longer, and others get the data', async () => {
  const folder = path.join(await temporaryFolder(), 'data');
  for (const name of ['a', 'b']) await mkdir(path.join(folder, name), { recursive: true });
  for (const name of ['a/1.png', 'b/1.png']) await cp(picture, path.join(folder, name));
  const store = new DatasetStore({ sampleFolder: folder, cacheFolder: folder }, () => undefined);
  const abort = new AbortController();
  const [first, second] = [
    store.open(folder, '/', { download: false, signal: abort.signal }),
    store.open(folder, '/', { download: false }),
  ];
  abort.abort();
  await expect(first).rejects.toThrow(CancelledError);
  expect((await second).info.classNames).toEqual(['a', 'b']);
});
