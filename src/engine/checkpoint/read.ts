import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { MODEL_JSON_MAX_BYTES, ModelJson, type WeightGroup } from '../../protocol/checkpoint';
import { describeIssue, UserError } from '../../protocol/errors';
import { decodeGroup, entryProblem, sizeMismatch } from './decode';
import { storedBytes } from './dtype';
import { readFailure } from './failures';
import { fileStamp, resolveShard } from './paths';
import type { Checkpoint, StoredFile, Tensor } from './types';

/** The most that one group of shards may hold, so that a wrong file cannot exhaust memory: 2 GiB. */
const GROUP_MAX_BYTES = 2 * 1024 ** 3;

/**
 * Reads a checkpoint in the format of TensorFlow.js (model.json and shards) and checks everything before it is used:
 * schema, data types, lengths against shapes, and that no weights path leaves the folder.
 * @param modelPath path of model.json, see `resolveModelPath`
 * @throws UserError naming the file and what to do
 */
export async function readCheckpoint(modelPath: string): Promise<Checkpoint> {
  const file = path.resolve(modelPath);
  const { json, bytes, stamp } = await readModelJson(file);
  const stamps = [stamp];
  const name = path.basename(file);
  const files: StoredFile[] = [{ name, bytes }];
  const hash = createHash('sha256');
  const tensors = new Map<string, Tensor>();
  const seen = new Set<string>();
  for (const group of json.weightsManifest) {
    const shards = await checkGroup(file, group, seen);
    files.push(...shards.map((shard, i) => ({ name: group.paths[i]!, bytes: shard.bytes })));
    stamps.push(...shards.map((shard) => shard.stamp));
    const joined = await readJoined(shards);
    hash.update(joined);
    for (const tensor of decodeGroup(name, group, joined)) {
      if (tensors.has(tensor.name)) {
        throw new UserError(`${name} describes the tensor "${tensor.name}" twice: convert the model again.`);
      }
      tensors.set(tensor.name, tensor);
    }
  }
  return {
    path: file,
    folder: path.dirname(file),
    json,
    tensors,
    weightsHash: hash.digest('hex'),
    files,
    stamp: stamps.join('|'),
    modelTopology: json.modelTopology,
    format: json.format,
    generatedBy: json.generatedBy,
    convertedBy: json.convertedBy,
    metadata: json.userDefinedMetadata,
  };
}

/**
 * A string that changes when the files of a checkpoint do: identity, sizes and times of model.json and its shards.
 * @throws UserError when one of them is missing
 */
export async function checkpointStamp(modelPath: string, json: ModelJson): Promise<string> {
  const status = await stat(modelPath).catch((error: unknown) => {
    throw readFailure('The checkpoint', modelPath, error);
  });
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const shards = await Promise.all(paths.map((shard) => resolveShard(modelPath, shard)));
  return [fileStamp(status), ...shards.map((shard) => shard.stamp)].join('|');
}

async function readModelJson(file: string): Promise<{ json: ModelJson; bytes: number; stamp: string }> {
  const name = path.basename(file);
  const advice = 'choose the model.json of a TensorFlow.js checkpoint';
  let text: Buffer;
  let stamp: string;
  try {
    const status = await stat(file);
    if (!status.isFile()) throw new UserError(`"${file}" is not a file: ${advice}.`);
    if (status.size > MODEL_JSON_MAX_BYTES) {
      throw new UserError(`"${name}" is too large to be a checkpoint's description (${status.size} bytes): ${advice}.`);
    }
    stamp = fileStamp(status);
    text = await readFull(file, status.size);
  } catch (error) {
    throw readFailure('The checkpoint', file, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`"${name}" is not JSON: ${advice}.`, { cause: error });
  }
  const known = typeof value === 'object' && value !== null && 'modelTopology' in value && 'weightsManifest' in value;
  if (!known) throw new UserError(`"${name}" is not a TensorFlow.js checkpoint: ${advice}.`);
  const parsed = ModelJson.safeParse(value);
  if (!parsed.success) {
    throw new UserError(
      `"${name}" is not a valid TensorFlow.js checkpoint (${describeIssue(parsed.error)}): ${advice}.`,
      {
        cause: parsed.error,
      },
    );
  }
  return { json: parsed.data, bytes: text.byteLength, stamp };
}

interface Shard {
  path: string;
  bytes: number;
  stamp: string;
}

/** Finds the shards of a group and compares their sizes with the manifest, before any is read. */
async function checkGroup(file: string, group: WeightGroup, seen: Set<string>): Promise<Shard[]> {
  const name = path.basename(file);
  const shards: Shard[] = [];
  for (const shard of group.paths) {
    const resolved = await resolveShard(file, shard);
    if (seen.has(resolved.path))
      throw new UserError(`${name} names the weights file "${shard}" twice: convert the model again.`);
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

/** The shards one after another in one buffer that starts at an address fit for any number. */
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

async function readFull(file: string, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  await readInto(file, buffer);
  return buffer;
}

/** Fills `target` from the start of a file. */
async function readInto(file: string, target: Uint8Array): Promise<void> {
  const handle = await open(file, 'r');
  try {
    let offset = 0;
    while (offset < target.byteLength) {
      const { bytesRead } = await handle.read(target, offset, target.byteLength - offset, offset);
      if (bytesRead === 0) throw new UserError(`"${file}" became shorter while it was read: try again.`);
      offset += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
