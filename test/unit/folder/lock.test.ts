import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOCK_FILE } from '../../../src/protocol/run-folder';
import { lockFolder, type FolderLock } from '../../../src/engine/folder/lock';
import { identityOf } from '../../../src/engine/folder/process-identity';
import { OutputFolder } from '../../../src/engine/folder/output-folder';
import { temporaryFolder } from '../temporary';

const lockIn = async (folder: string): Promise<FolderLock> => lockFolder(await OutputFolder.locate(folder));

/** A folder locked by `holder`, silent for so many seconds. */
async function lockedBy(holder: object, silent = 0): Promise<string> {
  const folder = await temporaryFolder();
  const file = path.join(folder, LOCK_FILE);
  await writeFile(file, JSON.stringify({ id: 'someone', ...holder }));
  const then = new Date(Date.now() - silent * 1000);
  await utimes(file, then, then);
  return folder;
}

const isTaken = async (folder: string): Promise<boolean> => {
  const lock = await lockIn(folder);
  const { pid } = JSON.parse(await readFile(path.join(folder, LOCK_FILE), 'utf8')) as { pid: number };
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
  return pid === process.pid;
};

describe('the lock of a folder', () => {
  it('keeps a second run out until it is released, and leaves no file behind', async () => {
    const folder = await temporaryFolder();
    const lock = await lockIn(folder);
    await expect(lockIn(folder)).rejects.toThrow(/^Another run is at work in .*: wait for its end or choose another/);
    expect(await readdir(folder)).toEqual([LOCK_FILE]);
    await lock.release();
    expect(await isTaken(folder)).toBe(true);
  });

  it('goes to one of many that try at once, also over a dead lock', async () => {
    for (const folder of [
      await temporaryFolder(),
      await lockedBy({ host: hostname(), pid: 2 ** 22 + 1, started: 'x' }),
    ]) {
      const attempts = await Promise.allSettled(Array.from({ length: 12 }, () => lockIn(folder)));
      const winners = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      expect(winners).toHaveLength(1);
      await winners[0]!.release();
    }
  });

  it('over a dead lock goes to one of many, round after round, and leaves no file behind', async () => {
    for (let round = 0; round < 40; round++) {
      const folder = await lockedBy({ host: hostname(), pid: 2 ** 22 + 1, started: `${round}` });
      const attempts = await Promise.allSettled(Array.from({ length: 16 }, () => lockIn(folder)));
      const winners = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      expect(winners).toHaveLength(1);
      expect(await readdir(folder)).toEqual([LOCK_FILE]);
      await winners[0]!.release();
    }
  });

  it('is taken over also where one who took it over was killed on the way', async () => {
    const dead = { host: hostname(), pid: 2 ** 22 + 1, started: 'x' };
    const folder = await lockedBy(dead);
    const corpse = await readFile(path.join(folder, LOCK_FILE), 'utf8');
    const name = createHash('sha256').update(corpse).digest('hex').slice(0, 16);
    const claim = path.join(folder, `${LOCK_FILE}-after-${name}`);
    await writeFile(claim, JSON.stringify({ id: 'successor', ...dead }));
    expect(await isTaken(folder)).toBe(true);
  });

  it('of a run that was killed is dead at once', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const folder = await lockedBy(await identityOf(child.pid!));
    await expect(lockIn(folder)).rejects.toThrow(/Another run/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isTaken(folder)).toBe(true);
  });

  it('is not kept alive by another process that has the same number', async () => {
    const own = await identityOf(process.pid);
    expect(await isTaken(await lockedBy({ ...own, started: `${own.started ?? ''}0` }))).toBe(true);
    await expect(lockIn(await lockedBy(own))).rejects.toThrow(/Another run/);
  });

  it('of another host counts as dead only after a long silence', async () => {
    const elsewhere = { host: `${hostname()}-other`, pid: 1, started: null };
    await expect(lockIn(await lockedBy(elsewhere, 5))).rejects.toThrow(/Another run/);
    expect(await isTaken(await lockedBy(elsewhere, 120))).toBe(true);
  });

  it('that cannot be read counts as dead only after a long silence', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, LOCK_FILE);
    await writeFile(file, '{');
    await expect(lockIn(folder)).rejects.toThrow(/Another run/);
    const then = new Date(Date.now() - 120_000);
    await utimes(file, then, then);
    expect(await isTaken(folder)).toBe(true);
  });
});
