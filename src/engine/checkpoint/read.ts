import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelJson, WeightGroup } from '../../protocol/checkpoint';
import { UserError } from '../../protocol/errors';
import { readCompanions } from './companions';
import { validateDescription, validateWeights } from '../model/validate';
import { isArchive, isArchivedState } from '../model/layers-model/weights/archive';
import { decodeGroup, entryProblem, sizeMismatch } from './decode';
import { storedBytes } from './dtype';
import { readFailure } from './failures';
import { readModelJson } from './model-json';
import { fileStamp, resolveShard } from './paths';
import { hashInName } from './shard-names';
import type { Checkpoint, StoredFile, Tensor } from './types';
import { needsWeights } from './weightless';
import { readInto } from './whole-read';

/** Most bytes of one group of shards, so that a wrong file cannot exhaust memory: 2 GiB. */
const GROUP_MAX_BYTES = 2 * 1024 ** 3;

/**
 * Reads a checkpoint in the format of TensorFlow.js (model.json and shards). It checks everything before use: schema,
 * data types, lengths against shapes, that no weights path leaves the folder, that the layers can be called in order,
 * and that their sizes match their weights.
 * @param modelPath path of model.json, see `resolveModelPath`
 * @throws UserError naming the file and the remedy
 */
export async function readCheckpoint(modelPath: string): Promise<Checkpoint> {
  const file = path.resolve(modelPath);
  const { described, json, bytes, stamp } = await readModelJson(file);
  validateDescription(json.modelTopology);
  const stamps = [stamp];
  const name = path.basename(file);
  const files: StoredFile[] = [{ name, bytes }];
  const hash = createHash('sha256');
  const tensors = new Map<string, Tensor>();
  const seen = new Set<string>();
  const warnings: string[] = [];
  for (const group of json.weightsManifest) {
    const shards = await checkGroup(file, group, seen);
    files.push(...shards.map((shard, i) => ({ name: group.paths[i]!, bytes: shard.bytes })));
    stamps.push(...shards.map((shard) => shard.stamp));
    const joined = await readJoined(shards);
    hash.update(joined);
    warnings.push(...wrongHashes(name, group, joined));
    for (const tensor of decodeGroup(name, group, joined)) {
      if (tensors.has(tensor.name)) {
        throw new UserError(`"${name}" describes the tensor "${tensor.name}" twice: convert the model again.`);
      }
      tensors.set(tensor.name, tensor);
    }
  }
  if (isArchive([...tensors.keys()]))
    for (const tensor of tensors.values())
      if (isArchivedState(tensor.name)) tensors.set(tensor.name, { ...tensor, group: 'optimizer' });
  if (![...tensors.values()].some(({ group }) => group !== 'optimizer') && needsWeights(json.modelTopology))
    throw new UserError(
      `"${name}" has layers but no weights (its weightsManifest ${json.weightsManifest.length === 0 ? 'is empty' : 'names none'}): save the model again with its weights, by model.save or tensorflowjs_converter.`,
    );
  const folder = path.dirname(file);
  const checkpoint: Checkpoint = {
    path: file,
    folder,
    json,
    described,
    companions: await readCompanions(folder, new Set(files.map((one) => one.name))),
    warnings,
    tensors,
    weightsHash: hash.digest('hex'),
    files,
    stamp: stamps.join('|'),
    modelTopology: json.modelTopology,
    format: json.format,
    generatedBy: json.generatedBy,
    convertedBy: json.convertedBy,
    metadata: json.userDefinedMetadata ?? undefined,
  };
  validateWeights(checkpoint);
  return checkpoint;
}

/**
 * Returns a string that changes with the files of a checkpoint: identity, sizes and times of model.json and its shards.
 * @throws UserError where one of them is missing
 */
export async function checkpointStamp(modelPath: string, json: ModelJson): Promise<string> {
  const status = await stat(modelPath).catch((error: unknown) => {
    throw readFailure('The checkpoint', modelPath, error);
  });
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const shards = await Promise.all(paths.map((shard) => resolveShard(modelPath, shard)));
  return [fileStamp(status), ...shards.map((shard) => shard.stamp)].join('|');
}

/** Warns where the weights do not match the hash in their file names. */
function wrongHashes(name: string, group: WeightGroup, joined: Uint8Array): string[] {
  const pieces = new Set(group.paths.map((shard) => hashInName(path.posix.basename(shard))));
  const [piece] = pieces;
  if (pieces.size !== 1 || piece === undefined) return [];
  if (createHash('sha256').update(joined).digest('hex').startsWith(piece)) return [];
  return [
    `The weights of ${name} are not those that were written: the hash in the name "${group.paths[0] ?? ''}" is another, so the file was changed or damaged since; copy it again from where it was whole.`,
  ];
}

interface Shard {
  path: string;
  bytes: number;
  stamp: string;
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
