import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { encodeCheckpoint, SHARD_NAME, type EncodedCheckpoint } from './encode';
import { writeFailure } from './failures';
import { shardsNamedBy, shardsNamedIn } from './manifest-scan';
import type { ModelContent } from './types';

/** What was written: path of model.json, bytes of all files together, and the hash of the weights. */
export interface WrittenCheckpoint {
  readonly path: string;
  readonly bytes: number;
  readonly weightsHash: string;
}

/** How a file is called while it is being written. */
const TEMPORARY = /^\.secateur-\d+-\d+\.tmp$/;
/** A file that nothing names may be part of a write that is going on in another process, unless it is this old. */
const ABANDONED_AFTER_MS = 60_000;
let temporaries = 0;

/**
 * Writes a model as a TensorFlow.js checkpoint that stock `tf.loadLayersModel` reads. Every file goes to a temporary
 * name, is flushed to the disk and renamed, model.json last; shards carry a piece of the weights' hash in their names.
 * At every moment the folder holds the checkpoint that was there before, or the new one, whole.
 * @param folder made if need be; only model.json and shards that no other checkpoint there uses are replaced
 * @throws UserError where the folder is read-only or the disk is full; nothing is left behind then
 */
export async function writeCheckpoint(folder: string, model: ModelContent): Promise<WrittenCheckpoint> {
  return writeEncoded(folder, encodeCheckpoint(model));
}

/** `writeCheckpoint` for bytes that are already at hand. */
export async function writeEncoded(folder: string, encoded: EncodedCheckpoint): Promise<WrittenCheckpoint> {
  const target = path.resolve(folder);
  const modelPath = path.join(target, encoded.modelJson.name);
  const made: string[] = [];
  let replaced: string[] = [];
  let firstMadeFolder: string | undefined;
  try {
    firstMadeFolder = await mkdir(target, { recursive: true });
    const before = new Set(await readdir(target));
    replaced = await shardsNamedBy(modelPath);
    for (const shard of encoded.shards) {
      await placeFile(target, shard.name, shard.bytes);
      if (!before.has(shard.name)) made.push(path.join(target, shard.name));
    }
    await syncFolder(target);
    await placeFile(target, encoded.modelJson.name, encoded.modelJson.bytes);
  } catch (error) {
    await Promise.all(made.map((file) => rm(file, { force: true }).catch(() => undefined)));
    if (firstMadeFolder) await removeEmptyFolders(target, firstMadeFolder);
    throw writeFailure(folder, error);
  }
  await syncFolder(target);
  await removeLeftovers(target, replaced);
  const files = [encoded.modelJson, ...encoded.shards];
  return {
    path: modelPath,
    bytes: files.reduce((sum, file) => sum + file.bytes.byteLength, 0),
    weightsHash: encoded.weightsHash,
  };
}

/** Writes one file under a temporary name, flushes it and renames it into place. */
async function placeFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = path.join(folder, `.secateur-${process.pid}-${++temporaries}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path.join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Makes renames outlive a power cut; systems that cannot flush a folder (Windows) need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

/** Removes the shards of the checkpoint that was replaced, and what interrupted writes left, unless a checkpoint in the folder names it. */
async function removeLeftovers(folder: string, replaced: readonly string[]): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  const named = await shardsNamedIn(folder, entries);
  const remove = async (entry: string) => {
    const leftover =
      replaced.includes(entry) ||
      ((SHARD_NAME.test(entry) || TEMPORARY.test(entry)) && (await isAbandoned(path.join(folder, entry))));
    if (leftover && !named.has(entry)) await rm(path.join(folder, entry), { force: true });
  };
  // Leftovers are harmless; a failure to remove one must not fail a write that succeeded.
  await Promise.allSettled(entries.map(remove));
}

async function isAbandoned(file: string): Promise<boolean> {
  const status = await stat(file);
  return Date.now() - status.mtimeMs > ABANDONED_AFTER_MS;
}

async function removeEmptyFolders(from: string, upTo: string): Promise<void> {
  for (let folder = from; folder.length >= upTo.length; folder = path.dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}
