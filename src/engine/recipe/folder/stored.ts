import { createHash } from 'node:crypto';
import path from 'node:path';
import { MODEL_JSON_MAX_BYTES } from '../../../protocol/checkpoint';
import { UserError } from '../../../protocol/errors';
import type { StoredHashes } from '../../../protocol/run';
import { isCompanionName } from '../../checkpoint/companions';
import { describedAlike } from '../../checkpoint/described-alike';
import { shardsIn } from '../../checkpoint/manifest-scan';
import { readCheckpoint } from '../../checkpoint/read';
import type { Checkpoint, ModelContent } from '../../checkpoint/types';
import { writeCheckpoint, type WriteOptions } from '../../checkpoint/write';
import type { OutputFolder } from '../../folder/output-folder';

const MODEL_JSON = 'model.json';

/** A checkpoint in a run's folder that was read back. */
export interface Stored {
  readonly checkpoint: Checkpoint;
  readonly hashes: StoredHashes;
}

/** Returns the name of a checkpoint's model.json in a run's folder. */
export const modelJsonOf = (name: string): string => (name === '' ? MODEL_JSON : `${name}/${MODEL_JSON}`);

/**
 * Writes a checkpoint into a folder of a run and reads it back, so that every figure is that of the files.
 * @param name its folder in the run's; '' for the run's own
 * @throws UserError where it cannot be written, or reads back differently
 */
export async function writeStored(
  folder: OutputFolder,
  name: string,
  model: ModelContent,
  options: WriteOptions = {},
): Promise<Stored> {
  const written = await writeCheckpoint(await folder.folder(name), model, options);
  const stored = await readStored(folder, name);
  if (stored.hashes.weights !== written.weightsHash || !describedAlike(stored.checkpoint, model))
    throw new UserError(
      `The checkpoint that was written to "${path.join(folder.given, name)}" reads back as another: check the disk, and choose another folder.`,
    );
  return stored;
}

/** Lists the files of a checkpoint with its companions, the description last; undefined where it is missing. */
async function filesOf(folder: OutputFolder, name: string): Promise<string[] | undefined> {
  const text = await folder.text(modelJsonOf(name)).catch(() => undefined);
  if (text === undefined) return undefined;
  const shards = shardsIn(text).filter((shard) => !/[\\/]/.test(shard));
  const others = (await folder.names(name)).filter((entry) => shards.includes(entry) || isCompanionName(entry));
  return [...others, MODEL_JSON].map((file) => `${name}/${file}`);
}

/** Returns the bytes of a checkpoint of the run with its companions; undefined where it is missing. */
export async function bytesOfStored(folder: OutputFolder, name: string): Promise<number | undefined> {
  const files = await filesOf(folder, name);
  let bytes = 0;
  for (const file of files ?? []) bytes += (await folder.size(file)) ?? 0;
  return files && bytes;
}

/**
 * Removes a checkpoint of the run with its companions, and the folders that this leaves empty up to `top`. Files that
 * nobody names stay.
 */
export async function removeStored(folder: OutputFolder, name: string, top: string): Promise<void> {
  // The description goes last, because it tells which files are the checkpoint's: a killed removal can be repeated.
  for (const file of (await filesOf(folder, name)) ?? []) await folder.remove(file);
  for (let place = name; place.startsWith(top); place = place.split('/').slice(0, -1).join('/'))
    await folder.removeFolder(place, () => false);
}

/** Reads a checkpoint of a run. @throws UserError where it is missing, damaged or a link */
export async function readStored(folder: OutputFolder, name: string): Promise<Stored> {
  const description = modelJsonOf(name);
  const file = await folder.file(description);
  const bytes = await folder.read(description, MODEL_JSON_MAX_BYTES);
  if (file === undefined || !bytes)
    throw new UserError(`The checkpoint "${path.join(folder.given, name)}" is missing: start again in another folder.`);
  const checkpoint = await readCheckpoint(file);
  return { checkpoint, hashes: { modelJson: hashOf(bytes), weights: checkpoint.weightsHash } };
}

/** Returns true where a checkpoint of a run is unchanged. */
export async function isWhole(folder: OutputFolder, name: string, hashes: StoredHashes): Promise<boolean> {
  try {
    return sameHashes((await readStored(folder, name)).hashes, hashes);
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

export const sameHashes = (a: StoredHashes, b: StoredHashes): boolean =>
  a.modelJson === b.modelJson && a.weights === b.weights;

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
