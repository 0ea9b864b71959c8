import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CancelledError } from '../../protocol/errors';

/** Names of files that this process writes: its number, and a random part. */
const TEMPORARY = /^\.secateur-(\d+)-[0-9a-f]{12}\.(tmp|record)$/;
const atWork = new Set<string>();

/** Returns a name for a temporary file of this process. */
export function temporaryName(kind: 'tmp' | 'record'): string {
  return `.secateur-${process.pid}-${randomBytes(6).toString('hex')}.${kind}`;
}

/** Returns true for the temporary file of a process that was killed. */
export function isLeftover(name: string): boolean {
  const pid = Number(TEMPORARY.exec(name)?.[1]);
  if (Number.isNaN(pid)) return false;
  // In a container every process may have the same number.
  if (pid === process.pid) return !atWork.has(name);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Marks a temporary file as in use by this process, so that no other write here removes it as a leftover. */
export async function using<T>(name: string, work: () => Promise<T>): Promise<T> {
  atWork.add(name);
  try {
    return await work();
  } finally {
    atWork.delete(name);
  }
}

/** Marks several temporary files as in use by this process, see `using`. */
export const usingAll = <T>(names: readonly string[], work: () => Promise<T>): Promise<T> =>
  names.reduce<() => Promise<T>>((rest, name) => () => using(name, rest), work)();

/** Bytes that are written before a cancel is heard. */
const WRITTEN = 16 * 1024 * 1024;

/** Options of placing a file. */
export interface PlaceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Looks at the file before it gets its name, and may throw. */
  readonly check?: (temporary: string) => Promise<void>;
}

/**
 * Writes one file under a temporary name, flushes it and renames it into place.
 * @throws CancelledError
 */
export function placeFile(
  folder: string,
  name: string,
  bytes: Uint8Array,
  { signal, check }: PlaceOptions = {},
): Promise<void> {
  const own = temporaryName('tmp');
  const temporary = path.join(folder, own);
  return using(own, async () => {
    try {
      const handle = await open(temporary, 'wx');
      try {
        for (let at = 0; at < bytes.byteLength; at += WRITTEN) {
          if (signal?.aborted) throw new CancelledError();
          await handle.writeFile(bytes.subarray(at, at + WRITTEN));
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
      await check?.(temporary);
      await settleFile(folder, own, name);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  });
}

/** Renames a temporary file that was written and flushed into place. */
export const settleFile = (folder: string, temporary: string, name: string): Promise<void> =>
  rename(path.join(folder, temporary), path.join(folder, name));

/** Flushes a folder, so that renames survive a power cut; does nothing on systems that cannot (Windows). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
