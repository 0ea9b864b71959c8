import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { isLeftover, placeFile } from './atomic';
import { namedByNone } from './manifest-scan';
import { hashInName } from './shard-names';

const RECORD_MAX_BYTES = 1024 * 1024;

/**
 * The shards that a write is about to make or replace, recorded beside the checkpoint, so that a killed write can be
 * cleaned up.
 */
const WriteRecord = z.object({ shards: z.array(z.string()) });

/** Records which shards a write is about to make or to replace. */
export const keepRecord = (folder: string, name: string, shards: readonly string[]): Promise<void> =>
  placeFile(folder, name, Buffer.from(JSON.stringify({ shards })));

/**
 * Removes what killed writes left in a folder: temporary files, and recorded shards with a hash in their names that no
 * file there names. Neither a name nor an age alone is a reason. Failures to remove are ignored.
 */
export async function sweep(folder: string, keep: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(folder).catch((): string[] => []);
  const leftovers = entries.filter(isLeftover);
  if (leftovers.length === 0) return;
  const recorded = await Promise.all(
    leftovers.filter((name) => name.endsWith('.record')).map((name) => read(folder, name)),
  );
  const shards = recorded.flat().filter((name) => hashInName(name) !== undefined && !keep.has(name));
  await removeUnnamed(folder, shards);
  await Promise.allSettled(leftovers.map((name) => rm(path.join(folder, name), { force: true })));
}

/** Removes shards that no file in the folder names. Failures to remove are ignored, because the write succeeded. */
export async function removeUnnamed(folder: string, shards: readonly string[]): Promise<void> {
  if (shards.length === 0) return;
  const entries = await readdir(folder).catch((): string[] => []);
  const present = new Set(shards.filter((name) => entries.includes(name)));
  const unnamed = await namedByNone(
    folder,
    entries.filter((entry) => !isLeftover(entry) && !entry.endsWith('.record')),
    present,
  );
  await Promise.allSettled([...unnamed].map((name) => rm(path.join(folder, name), { force: true })));
}

async function read(folder: string, name: string): Promise<string[]> {
  try {
    const file = path.join(folder, name);
    const status = await lstat(file);
    if (!status.isFile() || status.size > RECORD_MAX_BYTES) return [];
    return WriteRecord.parse(JSON.parse(await readFile(file, 'utf8'))).shards;
  } catch {
    return [];
  }
}
