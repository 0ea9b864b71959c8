import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { MODEL_JSON_MAX_BYTES, ModelJson } from '../../protocol/checkpoint';
import { describeIssue, UserError } from '../../protocol/errors';
import { readFailure } from './failures';
import { foreignBytes, foreignDocument, HEAD_BYTES, type Foreign } from './foreign';
import { requireShallow } from './json-depth';
import { fileStamp } from './paths';
import { fill } from './whole-read';

/** A description as it was read, and parsed by its schema. */
export interface Description {
  readonly described: Readonly<Record<string, unknown>>;
  readonly json: ModelJson;
  readonly bytes: number;
  readonly stamp: string;
}

const ADVICE = 'choose the model.json of a TensorFlow.js checkpoint';

const sentence = (name: string, { what, help }: Foreign): UserError =>
  new UserError(`"${name}" is no TensorFlow.js checkpoint but ${what}: ${help}.`);

/**
 * Reads a model.json, whatever its name.
 * @throws UserError where it is something else, with its kind where the bytes tell
 */
export async function readModelJson(file: string): Promise<Description> {
  const name = path.basename(file);
  const { value, bytes, stamp } = await readJson(file);
  if (typeof value !== 'object' || value === null || !('modelTopology' in value && 'weightsManifest' in value)) {
    const foreign = foreignDocument(value);
    throw foreign ? sentence(name, foreign) : new UserError(`"${name}" is not a TensorFlow.js checkpoint: ${ADVICE}.`);
  }
  const parsed = ModelJson.safeParse(value);
  if (!parsed.success)
    throw new UserError(
      `"${name}" is not a valid TensorFlow.js checkpoint (${describeIssue(parsed.error)}): ${ADVICE}.`,
      { cause: parsed.error },
    );
  return { described: { ...value }, json: parsed.data, bytes, stamp };
}

/** Reads a JSON file that may describe a model. @throws UserError where it is something else */
export async function readJson(file: string): Promise<{ value: unknown; bytes: number; stamp: string }> {
  const name = path.basename(file);
  const { text, stamp } = await readText(file, name);
  return { value: parseJson(text, name), bytes: text.byteLength, stamp };
}

/** Parses the text of a description. @param name of the file, for messages @throws UserError */
export function parseJson(text: Buffer, name: string): unknown {
  requireShallow(text, name);
  try {
    return JSON.parse(text.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`"${name}" is not JSON: ${ADVICE}.`, { cause: error });
  }
}

async function readText(file: string, name: string): Promise<{ text: Buffer; stamp: string }> {
  try {
    // Opening a pipe would wait for a writer.
    const before = await stat(file);
    if (!before.isFile()) throw new UserError(`"${file}" is not a file: ${ADVICE}.`);
    const handle = await open(file, 'r');
    try {
      const status = await handle.stat({ bigint: true });
      if (!status.isFile()) throw new UserError(`"${file}" is not a file: ${ADVICE}.`);
      const size = Number(status.size);
      const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
      await fill(handle, file, head);
      const foreign = foreignBytes(head, name);
      if (foreign) throw sentence(name, foreign);
      if (size > MODEL_JSON_MAX_BYTES)
        throw new UserError(`"${name}" is too large to be a checkpoint's description (${size} bytes): ${ADVICE}.`);
      const text = Buffer.alloc(size);
      await fill(handle, file, text);
      return { text, stamp: fileStamp(status) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readFailure('The checkpoint', file, error);
  }
}
