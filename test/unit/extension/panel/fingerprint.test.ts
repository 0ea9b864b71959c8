import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fingerprint } from '../../../../src/extension/panel/fingerprint';
import { temporaryFolder } from '../../temporary';

async function checkpoint() {
  const folder = await temporaryFolder();
  const model = path.join(folder, 'model.json');
  const shard = path.join(folder, 'shards', 'w.bin');
  await mkdir(path.dirname(shard));
  await writeFile(shard, 'abcd');
  const weights = [{ name: 'k', shape: [1], dtype: 'float32' }];
  await writeFile(
    model,
    JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: ['shards/w.bin'], weights }] }),
  );
  return { model, shard };
}

test('stays the same while nothing changes, and names every file', async () => {
  const { model, shard } = await checkpoint();
  const first = await fingerprint(model);
  expect(first?.files).toEqual([model, shard]);
  expect(await fingerprint(model)).toEqual(first);
});

test('changes with the time, the size and the end of a shard', async () => {
  const { model, shard } = await checkpoint();
  const seen = new Set([(await fingerprint(model))?.text]);
  await utimes(shard, 1, 1);
  seen.add((await fingerprint(model))?.text);
  await writeFile(shard, 'abcde');
  seen.add((await fingerprint(model))?.text);
  await rm(shard);
  seen.add((await fingerprint(model))?.text);
  expect(seen.size).toBe(4);
});

test('is null when model.json is gone or a folder', async () => {
  const { model } = await checkpoint();
  await rm(model);
  expect(await fingerprint(model)).toBeNull();
  await mkdir(model);
  expect(await fingerprint(model)).toBeNull();
});

test('covers only the file itself if it is not a checkpoint', async () => {
  const file = path.join(await temporaryFolder(), 'package.json');
  await writeFile(file, '{ nonsense');
  expect((await fingerprint(file))?.files).toEqual([file]);
});

test('reads nothing outside of the folder of the model', async () => {
  const { model } = await checkpoint();
  const weights = [{ name: 'k', shape: [1], dtype: 'float32' }];
  const paths = ['../other.bin', '/etc/hostname', 'shards/../../x', 'shards/w.bin'];
  await writeFile(model, JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths, weights }] }));
  expect((await fingerprint(model))?.files).toEqual([model, path.join(path.dirname(model), 'shards', 'w.bin')]);
});
