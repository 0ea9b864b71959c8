import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
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
    // Record, shard and model.json each opened, written, flushed and renamed.
    expect(failures).toBe(12);
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

  it('never replaces a checkpoint of another, nor its shards', async () => {
    const folder = await temporaryFolder();
    const foreign = { modelTopology: {}, weightsManifest: [{ paths: ['a.bin'], weights: [] }] };
    await writeFile(path.join(folder, 'model.json'), JSON.stringify(foreign));
    await writeFile(path.join(folder, 'a.bin'), '');
    const before = await contents(folder);
    await expect(writeCheckpoint(folder, modelOf(1))).rejects.toThrow(/did not write, which is never overwritten/);
    expect(await contents(folder)).toEqual(before);
  });

  it('keeps the shards that another file names, whatever it is called', async () => {
    const folder = await temporaryFolder();
    await writeCheckpoint(folder, modelOf(1));
    await copyFile(path.join(folder, 'model.json'), path.join(folder, 'model.json.bak'));
    await writeCheckpoint(folder, modelOf(2));
    await writeCheckpoint(folder, modelOf(3));
    expect(await readdir(folder)).toHaveLength(4);
    await rename(path.join(folder, 'model.json.bak'), path.join(folder, 'old.json'));
    expect((await readCheckpoint(path.join(folder, 'old.json'))).tensors.get('w')?.data[0]).toBe(1);
  });

  it('never removes a shard for its name or age', async () => {
    const folder = await temporaryFolder();
    const other = path.join(folder, 'group1-shard1of1-0123456789ab.bin');
    await writeFile(other, '');
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(other, longAgo, longAgo);
    await writeCheckpoint(folder, modelOf(1));
    expect(await readdir(folder)).toContain(path.basename(other));
  });

  it('removes what killed writes left, by their records, and nothing of those at work', async () => {
    const folder = await temporaryFolder();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const orphan = 'group1-shard1of1-0123456789ab.bin';
    const held = 'group1-shard1of1-0123456789ac.bin';
    const left = [`.secateur-${dead}-0123456789ab.tmp`, `.secateur-${process.pid}-0123456789ab.tmp`];
    const alive = `.secateur-${process.ppid}-0123456789ab.tmp`;
    for (const name of [...left, alive, orphan, held, 'labels.bin']) await writeFile(path.join(folder, name), '');
    const record = `.secateur-${dead}-0123456789ac.record`;
    const shards = [orphan, held, 'labels.bin', '../outside.bin'];
    await writeFile(path.join(folder, record), JSON.stringify({ shards }));
    await writeFile(path.join(folder, 'kept.json.old'), `{"paths": ["${held}"]`);
    await writeFile(path.join(path.dirname(folder), 'outside.bin'), '');
    await writeCheckpoint(folder, modelOf(1));
    const names = await readdir(folder);
    for (const name of [...left, orphan, record]) expect(names).not.toContain(name);
    for (const name of [alive, held, 'labels.bin', 'kept.json.old']) expect(names).toContain(name);
    await rm(path.join(path.dirname(folder), 'outside.bin'));
  });

  it('says so where it cannot be written, whatever stands in the way', async () => {
    const parent = await temporaryFolder();
    await symlink(path.join(parent, 'nowhere'), path.join(parent, 'dangling'));
    await mkdir(path.join(parent, 'taken', 'model.json'), { recursive: true });
    await mkdir(path.join(parent, 'linked'));
    await symlink(path.join(parent, 'nowhere'), path.join(parent, 'linked', 'model.json'));
    await writeFile(path.join(parent, 'file'), '');
    for (const [folder, sentence] of [
      ['dangling', /is a link that leads nowhere: /],
      ['dangling/below', /is a link that leads nowhere: /],
      ['file', /is not a folder: /],
      ['file/below', /is not a folder: /],
      ['taken', /holds a model\.json that is no file, /],
      ['linked', /holds a model\.json that is a link, /],
      ['x'.repeat(300), /is too long: /],
      [`a/${'x'.repeat(300)}`, /is too long: /],
      [Array.from({ length: 30 }, () => 'y'.repeat(200)).join('/'), /is too long: /],
      ...(existsSync('/proc/self') ? [['/proc/nothing', /is not there and cannot be made|is read-only/] as const] : []),
      ['a\0b', /is no path that can be written: /],
    ] as const) {
      const error: unknown = await writeCheckpoint(path.resolve(parent, folder), modelOf(1)).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(sentence);
      expect((error as UserError).message.match(/\.(\s|$)/g)).toHaveLength(1);
    }
    expect((await readdir(parent)).sort()).toEqual(['dangling', 'file', 'linked', 'taken']);
  });

  it('works for two at once: one of them wins, whole', async () => {
    const folder = await temporaryFolder();
    await Promise.all([1, 2, 3, 4].map((value) => writeCheckpoint(folder, modelOf(value))));
    expect([1, 2, 3, 4]).toContain(await weight(folder));
  });
});
