import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { WeightGroup } from '../../protocol/checkpoint';
import { UserError } from '../../protocol/errors';
import { readCompanions } from './companions';
import { validateDescription, validateWeights } from '../model/validate';
import { isArchive, isArchivedState } from '../model/layers-model/weights/archive';
import { decodeGroup, entryProblem, sizeMismatch } from './decode';
import { storedBytes } from './dtype';
import { readFailure } from './failures';
import { readModelJson } from './model-json';
import { readPackedBytes } from './packed/read-bytes';
import { unpack } from './packed/unpack';
import type { KeptFigures, StampedFiles } from './figure-cache';
import { knownReading } from './kept-reading';
import { fileStamp, resolveShard } from './paths';
import { hashInName } from './shard-names';
import { readLarge, type Reading, type ReadListener } from './read-large';
import type { Readings } from './readings';
import type { Shard } from './stored-place';
import { tensorsIn } from './stored-tensor';
import { keepSurvey } from './survey';
import type { Checkpoint, Tensor } from './types';
import { withFields } from './values';
import { needsWeights } from './weightless';
import { readInto } from './whole-read';

/** Most bytes of one group of shards, so that a wrong file cannot exhaust memory: 2 GiB. */
const GROUP_MAX_BYTES = 2 * 1024 ** 3;

/** From so many bytes on weights are not kept in memory: 32 MiB. */
const LARGE_BYTES = 32 * 1024 * 1024;

/** Options of reading a checkpoint. */
export interface ReadOptions extends ReadListener {
  /** Bytes of weights from which they are not kept in memory. */
  readonly largeFrom?: number;
  /** Keeps what was found in large weights for the next time. */
  readonly readings?: Readings;
  /** Returns what other engines have kept about large weights; called before these are read. */
  readonly kept?: (about: StampedFiles) => Promise<KeptFigures | undefined>;
}

/**
 * Reads a checkpoint in the format of TensorFlow.js (model.json and shards), or a packed file. It checks everything
 * before use: schema, data types, lengths against shapes, that no weights path leaves the folder, that the layers can be
 * called in order, and that their sizes match their weights.
 * Large weights are hashed and surveyed in threads, and their values are read again when they are asked for.
 * @param modelPath path of model.json, see `resolveModelPath`, or of a packed file, whatever its name
 * @throws UserError naming the file and the remedy, CancelledError
 */
export async function readCheckpoint(modelPath: string, options: ReadOptions = {}): Promise<Checkpoint> {
  const file = path.resolve(modelPath);
  const name = path.basename(file);
  const stored = (await readPacked(file)) ?? (await readFiles(file, options));
  const { json } = stored;
  const tensors = new Map<string, Tensor>();
  for (const group of stored.groups) {
    for (const tensor of group) {
      if (tensors.has(tensor.name)) {
        throw new UserError(`"${name}" describes the tensor "${tensor.name}" twice: convert the model again.`);
      }
      tensors.set(tensor.name, tensor);
    }
  }
  if (isArchive([...tensors.keys()]))
    for (const tensor of tensors.values())
      if (isArchivedState(tensor.name)) tensors.set(tensor.name, withFields(tensor, { group: 'optimizer' }));
  if (![...tensors.values()].some(({ group }) => group !== 'optimizer') && needsWeights(json.modelTopology))
    throw new UserError(
      `"${name}" has layers but no weights (its weightsManifest ${json.weightsManifest.length === 0 ? 'is empty' : 'names none'}): save the model again with its weights, by model.save or tensorflowjs_converter.`,
    );
  const checkpoint: Checkpoint = {
    path: file,
    folder: path.dirname(file),
    json,
    described: stored.described,
    companions: stored.companions,
    warnings: stored.warnings,
    tensors,
    weightsHash: stored.weightsHash,
    files: stored.files,
    stamp: stored.stamp,
    modelTopology: json.modelTopology,
    format: json.format,
    generatedBy: json.generatedBy,
    convertedBy: json.convertedBy,
    metadata: json.userDefinedMetadata ?? undefined,
  };
  validateWeights(checkpoint);
  return checkpoint;
}

/** A checkpoint as it is stored: its description, and the tensors of each group of shards. */
interface Stored extends Pick<Checkpoint, 'json' | 'companions' | 'warnings' | 'weightsHash' | 'files' | 'stamp'> {
  readonly described: Readonly<Record<string, unknown>>;
  readonly groups: readonly (readonly Tensor[])[];
}

/** Reads a packed file; undefined for another. @throws UserError */
async function readPacked(file: string): Promise<Stored | undefined> {
  const read = await readPackedBytes(file);
  if (!read) return undefined;
  const name = path.basename(file);
  const { json, weights, ...rest } = unpack(read.bytes, name, validateDescription);
  return {
    ...rest,
    json,
    groups: json.weightsManifest.map((group) => decodeGroup(name, group, weights)),
    warnings: [],
    files: [{ name, bytes: read.bytes.byteLength }],
    stamp: read.stamp,
  };
}

/** Reads a model.json, its shards, and the small files beside it. @throws UserError, CancelledError */
async function readFiles(file: string, { largeFrom = LARGE_BYTES, ...options }: ReadOptions): Promise<Stored> {
  const { described, json, bytes, stamp } = await readModelJson(file);
  validateDescription(json.modelTopology);
  const name = path.basename(file);
  const seen = new Set<string>();
  const checked: { group: WeightGroup; shards: readonly Shard[] }[] = [];
  for (const group of json.weightsManifest) checked.push({ group, shards: await checkGroup(file, group, seen) });
  const shards = checked.flatMap((one) => one.shards);
  const files = [
    { name, bytes },
    ...checked.flatMap(({ group, shards: own }) =>
      own.map((shard, i) => ({ name: group.paths[i]!, bytes: shard.bytes })),
    ),
  ];
  const strings = json.weightsManifest.some(({ weights }) => weights.some(({ dtype }) => dtype === 'string'));
  const isLarge = !strings && shards.reduce((sum, shard) => sum + shard.bytes, 0) >= largeFrom;
  const stamps = [stamp, ...shards.map((shard) => shard.stamp)].join('|');
  const about = { path: file, files, stamp: stamps };
  const read = isLarge ? await readElsewhere(checked, about, options) : await readWhole(name, checked);
  const warnings = checked.flatMap(({ group }, i) => wrongHashes(name, group, () => read.hashOf(i)));
  const companions = await readCompanions(path.dirname(file), new Set(files.map((one) => one.name)));
  return {
    ...{ described, json, companions, warnings, files },
    ...{ groups: read.groups, weightsHash: read.weightsHash },
    stamp: stamps,
  };
}

/** The weights of a checkpoint. */
interface ReadWeights extends Pick<Stored, 'groups' | 'weightsHash'> {
  /** Returns the SHA-256 of a group, hex. */
  hashOf(group: number): string;
}

type Checked = readonly { readonly group: WeightGroup; readonly shards: readonly Shard[] }[];

/** Reads all values into memory. */
async function readWhole(name: string, checked: Checked): Promise<ReadWeights> {
  const hash = createHash('sha256');
  const joined: Uint8Array[] = [];
  for (const { shards } of checked) {
    const bytes = await readJoined(shards);
    hash.update(bytes);
    joined.push(bytes);
  }
  return {
    groups: checked.map(({ group }, i) => decodeGroup(name, group, joined[i]!)),
    weightsHash: hash.digest('hex'),
    hashOf: (i) => createHash('sha256').update(joined[i]!).digest('hex'),
  };
}

/** Leaves the values where they are. */
async function readElsewhere(
  checked: Checked,
  about: StampedFiles,
  { readings, kept: keptAbout, ...listener }: ReadOptions,
): Promise<ReadWeights> {
  const kept = await keptAbout?.(about);
  const groups = checked.map(({ group, shards }) => tensorsIn(group, shards));
  const shards = checked.map((one) => [...one.shards]);
  const tensors = groups.flat().map(({ stored }) => stored);
  const read = (): Promise<Reading> => knownReading(kept, tensors, () => readLarge(shards, tensors, listener));
  const { hashes, surveys } = await (readings ? readings.of([shards, kept?.identity], tensors, read) : read());
  groups.flat().forEach(({ tensor }, i) => keepSurvey(tensor, surveys[i]!));
  return {
    groups: groups.map((group) => group.map(({ tensor }) => tensor)),
    weightsHash: hashes.all,
    hashOf: (i) => hashes.groups[i]!,
  };
}

/** Returns true for a checkpoint that was read from a packed file: it has no shards. */
export const isPackedCheckpoint = ({ files, json }: Pick<Checkpoint, 'files' | 'json'>): boolean =>
  files.length === 1 && json.weightsManifest.length > 0;

/**
 * Returns a string that changes with the files of a checkpoint: identity, sizes and times of each.
 * @throws UserError where one of them is missing
 */
export async function checkpointStamp({ path: file, files }: Pick<Checkpoint, 'path' | 'files'>): Promise<string> {
  const status = await stat(file, { bigint: true }).catch((error: unknown) => {
    throw readFailure('The checkpoint', file, error);
  });
  const shards = await Promise.all(files.slice(1).map(({ name }) => resolveShard(file, name)));
  return [fileStamp(status), ...shards.map((shard) => shard.stamp)].join('|');
}

/** Warns where the weights do not match the hash in their file names. @param hash SHA-256 of them, hex */
function wrongHashes(name: string, group: WeightGroup, hash: () => string): string[] {
  const pieces = new Set(group.paths.map((shard) => hashInName(path.posix.basename(shard))));
  const [piece] = pieces;
  if (pieces.size !== 1 || piece === undefined) return [];
  if (hash().startsWith(piece)) return [];
  return [
    `The weights of ${name} are not those that were written: the hash in the name "${group.paths[0] ?? ''}" is another, so the file was changed or damaged since; copy it again from where it was whole.`,
  ];
}

/** Finds the shards of a group and compares their sizes with the manifest before any is read. */
async function checkGroup(file: string, group: WeightGroup, seen: Set<string>): Promise<Shard[]> {
  const name = path.basename(file);
  const shards: Shard[] = [];
  for (const shard of group.paths) {
    const resolved = await resolveShard(file, shard);
    if (seen.has(resolved.path))
      throw new UserError(`"${name}" names the weights file "${shard}" twice: convert the model again.`);
    seen.add(resolved.path);
    shards.push(resolved);
  }
  for (const entry of group.weights) {
    const problem = entryProblem(entry);
    if (problem) throw new UserError(`The tensor "${entry.name}" in ${name} ${problem}: convert the model again.`);
  }
  const held = shards.reduce((sum, shard) => sum + shard.bytes, 0);
  const needed = group.weights.reduce((sum, entry) => sum + storedBytes(entry), 0);
  const exact = group.weights.every((entry) => entry.dtype !== 'string');
  if (held < needed || (exact && held > needed)) throw sizeMismatch(name, group, held, needed);
  if (held > GROUP_MAX_BYTES) {
    throw new UserError(
      `The weights of ${name} hold ${held} bytes, more than the 2 GiB that can be opened: use a smaller model.`,
    );
  }
  return shards;
}

/** Joins the shards in one buffer that is aligned for any number type. */
async function readJoined(shards: readonly Shard[]): Promise<Uint8Array> {
  const joined = new Uint8Array(shards.reduce((sum, shard) => sum + shard.bytes, 0));
  let offset = 0;
  for (const shard of shards) {
    try {
      await readInto(shard.path, joined.subarray(offset, offset + shard.bytes));
    } catch (error) {
      throw readFailure('The weights file', shard.path, error);
    }
    offset += shard.bytes;
  }
  return joined;
}
