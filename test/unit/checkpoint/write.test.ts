import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import type * as fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/protocol/errors';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { temporaryFolder } from '../temporary';

/** Counts what changes the disk, and fails one of it. */
const disk = vi.hoisted(() => ({ step: 0, failAt: Infinity, code: 'ENOSPC' }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  const meet = () => {
    if (disk.step++ === disk.failAt) throw Object.assign(new Error(disk.code), { code: disk.code });
  };
  return {
    ...real,
    mkdir: (...args: Parameters<typeof real.mkdir>) => (meet(), real.mkdir(...args)),
    rename: (...args: Parameters<typeof real.rename>) => (meet(), real.rename(...args)),
    open: async (...args: Parameters<typeof real.open>) => {
      if (args[1] !== 'wx') return real.open(...args);
      meet();
      const handle = await real.open(...args);
      const write = handle.writeFile.bind(handle);
      const sync = handle.sync.bind(handle);
      handle.writeFile = (...bytes) => (meet(), write(...bytes));
      handle.sync = () => (meet(), sync());
      return handle;
    },
  };
});

afterEach(() => {
  disk.failAt = Infinity;
});

const modelOf = (value: number): ModelContent => ({
  modelTopology: { class_name: 'Sequential', config: { name: 'm', layers: [] } },
  tensors: new Map([['w', { name: 'w', shape: [3], dtype: 'float32', data: Float32Array.of(value, value, value) }]]),
});

const weight = async (folder: string) =>
  (await readCheckpoint(path.join(folder, 'model.json'))).tensors.get('w')?.data[0];

async function contents(folder: string): Promise<Record<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    await Promise.all(
      files
        .filter((file) => file.isFile())
        .map(async (file) => [file.name, await readFile(path.join(file.parentPath, file.name), 'base64')] as const),
    ),
  );
}

describe('writing a checkpoint', () => {
  it('replaces the one before it and leaves none of its shards', async () => {
    const folder = await temporaryFolder();
    await writeCheckpoint(folder, modelOf(1));
    await writeCheckpoint(folder, modelOf(2));
    expect(await weight(folder)).toBe(2);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('leaves the old checkpoint whole and nothing else, at whatever step it fails', async () => {
    const folder = await temporaryFolder();
    await writeCheckpoint(folder, modelOf(1));
    const before = await contents(folder);
    let failures = 0;
    for (let step = 0; ; step++) {
      Object.assign(disk, { step: 0, failAt: step });
      const error: unknown = await writeCheckpoint(folder, modelOf(2)).catch((thrown: unknown) => thrown);
      if (!(error instanceof Error)) break;
      failures++;
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toMatch(/^There is no space left to write to ".*": free some space .*\.$/);
      expect(await contents(folder)).toEqual(before);
    }
    // Folder, then shard and model.json each opened, written, flushed and renamed.
    expect(failures).toBe(9);
    expect(await weight(folder)).toBe(2);
  });

  it('removes the folders that it made when it fails', async () => {
    const parent = await temporaryFolder();
    Object.assign(disk, { step: 0, failAt: 3, code: 'EROFS' });
    await expect(writeCheckpoint(path.join(parent, 'a', 'b'), modelOf(1))).rejects.toThrow(
      /is read-only: choose another/,
    );
    expect(await readdir(parent)).toEqual([]);
  });

  it('says so where the target is a file', async () => {
    const file = path.join(await temporaryFolder(), 'taken');
    await writeFile(file, 'x');
    await expect(writeCheckpoint(file, modelOf(1))).rejects.toThrow(/is not a folder: choose another target folder\.$/);
  });

  it('removes the plain shards of a foreign checkpoint that it replaces, unless another one uses them', async () => {
    const folder = await temporaryFolder();
    const foreign = { modelTopology: {}, weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: [] }] };
    const copy = { modelTopology: {}, weightsManifest: [{ paths: ['b.bin'], weights: [] }] };
    await writeFile(path.join(folder, 'model.json'), JSON.stringify(foreign));
    await writeFile(path.join(folder, 'copy.json'), JSON.stringify(copy));
    for (const name of ['a.bin', 'b.bin', 'c.bin']) await writeFile(path.join(folder, name), '');
    await writeCheckpoint(folder, modelOf(1));
    expect((await readdir(folder)).filter((name) => !name.startsWith('group1'))).toEqual([
      'b.bin',
      'c.bin',
      'copy.json',
      'model.json',
    ]);
  });

  it('removes what interrupted writes left, but not what a write may still be about to use', async () => {
    const folder = await temporaryFolder();
    const old = ['.secateur-1-1.tmp', 'group1-shard1of1-0123456789ab.bin'];
    const young = ['.secateur-1-2.tmp', 'group1-shard1of1-ba9876543210.bin'];
    for (const name of [...old, ...young]) await writeFile(path.join(folder, name), '');
    const longAgo = new Date(Date.now() - 3_600_000);
    for (const name of old) await utimes(path.join(folder, name), longAgo, longAgo);
    await writeCheckpoint(folder, modelOf(1));
    const left = await readdir(folder);
    for (const name of old) expect(left).not.toContain(name);
    for (const name of young) expect(left).toContain(name);
  });

  it('works for two at once: one of them wins, whole', async () => {
    const folder = await temporaryFolder();
    await Promise.all([1, 2, 3, 4].map((value) => writeCheckpoint(folder, modelOf(value))));
    expect([1, 2, 3, 4]).toContain(await weight(folder));
  });
});
