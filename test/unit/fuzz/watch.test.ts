import fs from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { accessOutside, watchFiles } from '../../fuzz/watch-files';
import { folderWith } from '../temporary';

watchFiles();

test('calls of fs that leave the folder are told, with links followed where the call follows them', async () => {
  const folder = await folderWith({ 'in/a.txt': 'a', 'out/b.txt': 'b' });
  const inside = path.join(folder, 'in');
  await symlink('../out/b.txt', path.join(inside, 'link'));
  await symlink('../out', path.join(inside, 'way'));
  const told = (work: () => Promise<unknown>): Promise<string[]> =>
    accessOutside([inside], async () => {
      await work().catch(() => undefined);
    });
  const read = (name: string) => told(() => fs.promises.readFile(path.join(inside, name)));

  expect(await read('a.txt')).toEqual([]);
  expect(await read('../out/b.txt')).toEqual([`readFile ${path.join(folder, 'out', 'b.txt')}`]);
  expect(await read('link')).toEqual([`readFile ${path.join(folder, 'out', 'b.txt')}`]);
  expect(await told(() => fs.promises.writeFile(path.join(inside, 'way', 'new'), ''))).toHaveLength(1);
  expect(await told(() => fs.promises.mkdir(path.join(inside, 'way', 'x', 'y'), { recursive: true }))).toHaveLength(1);
  // Neither follows the link.
  expect(await told(() => fs.promises.writeFile(path.join(inside, 'link'), '', { flag: 'wx' }))).toEqual([]);
  expect(await told(() => fs.promises.rm(path.join(inside, 'link')))).toEqual([]);
});

test('what happens outside of a watched piece of work is not told', async () => {
  const folder = await folderWith({ 'in/a.txt': 'a' });
  await writeFile(path.join(folder, 'b.txt'), 'b');
  expect(await accessOutside([folder], () => Promise.resolve())).toEqual([]);
});

test('a folder that may be listed may only be listed', async () => {
  const folder = await folderWith({ 'in/a.txt': 'a', 'b.txt': 'b' });
  const work = async (): Promise<void> => {
    for (const name of await fs.promises.readdir(folder))
      await fs.promises.readFile(path.join(folder, name)).catch(() => '');
  };
  expect(await accessOutside([path.join(folder, 'in')], work, [folder])).toEqual([
    `readFile ${path.join(folder, 'b.txt')}`,
  ]);
  expect(await accessOutside([path.join(folder, 'in')], work)).toHaveLength(2);
});
