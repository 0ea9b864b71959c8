import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { ModelJson } from '../../protocol/checkpoint';
import { UserError } from '../../protocol/errors';
import { placeFile, settleFile, syncFolder, temporaryName, using, usingAll } from './atomic';
import {
  encodeCheckpoint,
  filesOf,
  NO_HASH,
  type EncodedCheckpoint,
  type EncodedShard,
  type ShardNaming,
} from './encode';
import { errorCode, writeFailure } from './failures';
import { makeFolders, removeEmptyFolders } from './folders';
import { JoinedValues } from './joined-values';
import { keepRecord, removeUnnamed, sweep } from './leftovers';
import { shardsIn } from './manifest-scan';
import { readProvenance } from './provenance';
import { hashInName } from './shard-names';
import { stageShards } from './stage-shards';
import type { ModelContent } from './types';
import { isElsewhere } from './values';

/** The written files: path of model.json, total bytes, and the hash of the weights. */
export interface WrittenCheckpoint {
  readonly path: string;
  readonly bytes: number;
  readonly weightsHash: string;
}

/** Options of writing a checkpoint. */
export interface WriteOptions {
  /** A later write of the same run will replace it: its shards leave the final names free. */
  readonly interim?: boolean;
}

/**
 * Writes a model as a TensorFlow.js checkpoint that stock TensorFlow.js reads, with the small files that belong to it.
 * Every file is written under a temporary name, flushed to the disk and renamed, model.json last. A name in use never
 * gets other bytes: shards carry a part of the weights' hash in their names, or keep the name from the parent where that
 * is free or holds the same bytes. So the folder holds a whole checkpoint at every moment, the old one or the new one.
 * @param folder made if missing; only a model.json of the same run is replaced, and only those of its shards are removed
 * that no file in the folder names; other files are never touched
 * @throws UserError where the folder holds another checkpoint or cannot be written; then nothing is left behind
 */
export async function writeCheckpoint(
  folder: string,
  model: ModelContent,
  { interim = false }: WriteOptions = {},
): Promise<WrittenCheckpoint> {
  const target = path.resolve(folder);
  const naming: ShardNaming = interim ? 'hashed' : 'kept';
  const tensors = [...model.tensors.values()];
  let made: string | undefined;
  try {
    if (tensors.some(isElsewhere)) {
      made = await makeFolders(target);
      return await writeLarge(target, model, new JoinedValues(tensors), naming);
    }
    const { encoded } = await named(target, (own) => encodeCheckpoint(model, own), naming);
    made = await makeFolders(target);
    return await write(target, encoded, model);
  } catch (error) {
    if (made !== undefined) await removeEmptyFolders(target, made);
    throw writeFailure(folder, error);
  }
}

/** Encodes with the asked names, or with hashes in them where a name is taken. */
async function named(
  target: string,
  encode: (naming: ShardNaming) => EncodedCheckpoint,
  asked: ShardNaming,
): Promise<{ readonly encoded: EncodedCheckpoint; readonly naming: ShardNaming }> {
  const encoded = encode(asked);
  const taken = await Promise.all(encoded.shards.map((shard) => isTaken(target, shard)));
  return taken.includes(true) ? { encoded: encode('hashed'), naming: 'hashed' } : { encoded, naming: asked };
}

/** Writes large weights under temporary names while they are hashed, so that their values are computed once. */
async function writeLarge(
  target: string,
  model: ModelContent,
  joined: JoinedValues,
  asked: ShardNaming,
): Promise<WrittenCheckpoint> {
  const filesFor = (naming: ShardNaming, weightsHash: string): EncodedCheckpoint =>
    filesOf(model, joined, { naming, weightsHash });
  const { encoded, naming } = await named(target, (own) => filesFor(own, NO_HASH), asked);
  const staged = encoded.shards.map(() => temporaryName('tmp'));
  return usingAll(staged, async () => {
    try {
      const sizes = encoded.shards.map(({ byteLength }) => byteLength);
      const weightsHash = await stageShards(target, joined, staged, sizes);
      return await write(target, filesFor(naming, weightsHash), model, staged);
    } finally {
      await Promise.all(staged.map((name) => rm(path.join(target, name), { force: true }).catch(() => undefined)));
    }
  });
}

/** @param staged temporary files with the bytes of the shards, where these were written before */
async function write(
  target: string,
  encoded: EncodedCheckpoint,
  model: ModelContent,
  staged?: readonly string[],
): Promise<WrittenCheckpoint> {
  const { modelJson, shards, weightsHash } = encoded;
  const names = new Set(shards.map(({ name }) => name));
  await sweep(target, names);
  const replaced = await replacedShards(target, modelJson.bytes);
  const superfluous = replaced.filter((name) => !names.has(name));
  const before = new Set(await readdir(target));
  const record = temporaryName('record');
  const made: string[] = [];
  await using(record, async () => {
    try {
      await keepRecord(target, record, [...names, ...superfluous]);
      const place = async (name: string, write: () => Promise<void>): Promise<void> => {
        if (!before.has(name)) made.push(name);
        await write();
      };
      for (const { name, bytes } of newCompanions(model, before))
        await place(name, () => placeFile(target, name, bytes));
      for (const [i, shard] of shards.entries())
        await place(shard.name, () =>
          staged ? settleFile(target, staged[i]!, shard.name) : placeFile(target, shard.name, shard.bytes),
        );
      await syncFolder(target);
      written.add(placeOf(path.join(target, modelJson.name), modelJson.bytes));
      await placeFile(target, modelJson.name, modelJson.bytes);
    } catch (error) {
      await Promise.all(
        [record, ...made].map((name) => rm(path.join(target, name), { force: true }).catch(() => undefined)),
      );
      throw error;
    }
    await syncFolder(target);
    await removeUnnamed(target, superfluous);
    await rm(path.join(target, record), { force: true }).catch(() => undefined);
  });
  return {
    path: path.join(target, modelJson.name),
    bytes: shards.reduce((sum, { byteLength }) => sum + byteLength, modelJson.bytes.byteLength),
    weightsHash,
  };
}

/** Existing files of the same name belong to somebody else and stay. */
const newCompanions = ({ companions = [] }: ModelContent, there: ReadonlySet<string>) =>
  companions.filter(({ name }) => !there.has(name));

/** Every model.json that this process wrote, by path and hash. */
const written = new Set<string>();
const placeOf = (file: string, bytes: Uint8Array): string => `${hashOf(bytes)} ${file}`;
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Lists the shards of the checkpoint that is about to be replaced; none where there is no checkpoint.
 * @throws UserError where it is not one of the same run
 */
async function replacedShards(target: string, anew: Uint8Array): Promise<string[]> {
  const file = path.join(target, 'model.json');
  const text = await replaceable(target, file);
  if (text === undefined) return [];
  if (!Buffer.from(anew).equals(text) && !written.has(placeOf(file, text)) && origin(text) !== origin(anew))
    throw foreign(target, 'a model.json that this run did not write');
  return shardsIn(text.toString('utf8')).filter((name) => path.basename(name) === name && !name.includes('\\'));
}

async function replaceable(target: string, file: string): Promise<Buffer | undefined> {
  try {
    const status = await lstat(file);
    if (status.isSymbolicLink()) throw foreign(target, 'a model.json that is a link');
    if (!status.isFile()) throw foreign(target, 'a model.json that is no file');
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const foreign = (target: string, what: string): UserError =>
  new UserError(`The folder "${target}" holds ${what}, which is never overwritten: choose another target folder.`);

/**
 * Identifies the run of a model.json by its recipe, seed and parent; where it has no provenance, by a string of its own.
 */
function origin(bytes: Uint8Array): string {
  try {
    const json = ModelJson.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    const provenance = readProvenance({ metadata: json.userDefinedMetadata ?? undefined });
    if (provenance) return JSON.stringify([provenance.recipe, provenance.seed, provenance.parent]);
  } catch {
    // It is not the description of a checkpoint.
  }
  return hashOf(bytes);
}

/**
 * Returns true where other bytes have the name of a shard of the parent. Names with a hash hold the same bytes, or
 * damaged ones.
 */
async function isTaken(target: string, shard: EncodedShard): Promise<boolean> {
  const { name, byteLength } = shard;
  if (hashInName(name) !== undefined) return false;
  const file = path.join(target, name);
  try {
    const status = await lstat(file);
    return !status.isFile() || status.size !== byteLength || !(await readFile(file)).equals(shard.bytes);
  } catch (error) {
    return errorCode(error) !== 'ENOENT';
  }
}
