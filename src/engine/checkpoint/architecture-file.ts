import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { UserError } from '../../protocol/errors';
import { readJson } from './model-json';
import { readPackedBytes } from './packed/read-bytes';
import { unpack } from './packed/unpack';

/** The description of a network whose weights do not count. */
export interface ArchitectureFile {
  readonly topology: Readonly<Record<string, unknown>>;
  /** SHA-256 of the description, hex. */
  readonly hash: string;
}

const Topology = z.record(z.string(), z.unknown());
/** A model.json, with weights or without, or a packed model. */
const ModelJson = z.looseObject({ modelTopology: Topology });
/** The text that `model.to_json()` of Keras and `model.toJSON()` of TensorFlow.js return. */
const Bare = z.looseObject({ class_name: z.string(), config: z.unknown() });

/** Reads the description of a network. @throws UserError */
export async function readArchitecture(file: string): Promise<ArchitectureFile> {
  const packed = await readPackedBytes(file);
  const value = packed
    ? unpack(packed.bytes, path.basename(file), () => undefined).described
    : (await readJson(file)).value;
  const model = ModelJson.safeParse(value);
  const topology = model.success ? model.data.modelTopology : Bare.safeParse(value).data;
  if (!topology)
    throw new UserError(
      `"${path.basename(file)}" describes no network: give a model.json, or what model.to_json() of Keras writes.`,
    );
  return { topology, hash: createHash('sha256').update(JSON.stringify(topology)).digest('hex') };
}
