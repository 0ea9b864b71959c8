import { createHash } from 'node:crypto';
import * as z from 'zod';
import { CHECKSUM, HEAD, isPacked, VERSION_AT } from '../../../loader/head';
import { openPacked, type Opened } from '../../../loader/packed-file';
import { JsonRecord, ModelJson, WeightEntry } from '../../../protocol/checkpoint';
import { describeIssue, UserError } from '../../../protocol/errors';
import { isCompanionName } from '../companions';
import { entryProblem } from '../decode';
import { storedBytes } from '../dtype';
import { shardNames } from '../encode';
import { parseJson } from '../model-json';
import type { Companion } from '../types';

/** A packed file, decoded. */
export interface Unpacked {
  /** The description as a model.json would have it. */
  readonly described: Readonly<Record<string, unknown>>;
  readonly json: ModelJson;
  readonly companions: readonly Companion[];
  /** The bytes of all weights, as the manifest has them, aligned for any number; and their SHA-256, hex. */
  readonly weights: Uint8Array;
  readonly weightsHash: string;
}

/** Most bytes of weights, as of one group of shards: 2 GiB. */
const MOST_WEIGHTS = 2 ** 31;

/** The description: as that of a checkpoint, but shards may have no names. */
const Description = ModelJson.extend({
  weightsManifest: z.tuple([z.looseObject({ paths: z.array(z.string()).max(1), weights: z.array(WeightEntry) })]),
});

/**
 * Decodes a packed file, and checks its SHA-256 before.
 * @param name of the file, for messages
 * @param checkTopology hears the topology before any weight is decoded, and may throw
 * @throws UserError
 */
export function unpack(
  bytes: Uint8Array,
  name: string,
  checkTopology: (topology: ModelJson['modelTopology']) => void,
): Unpacked {
  const opened = open(bytes, name);
  const { group, parsed, value, companions } = describedIn(opened.text, name, checkTopology);
  const weights = attempt(name, () => opened.weightsOf(group.weights));
  const hash = createHash('sha256').update(weights).digest('hex');
  const paths = group.paths.length > 0 ? group.paths : shardNames(weights.byteLength, hash);
  const json = { ...parsed, weightsManifest: [{ ...group, paths }] };
  return {
    described: { ...JsonRecord.parse(value), weightsManifest: json.weightsManifest },
    ...{ json, companions, weights },
    weightsHash: hash,
  };
}

/**
 * Checks the text of a packed file that is as it was written: the description, and the companions after it.
 * @throws UserError
 */
export function checkText(
  bytes: Uint8Array,
  name: string,
  checkTopology: (topology: ModelJson['modelTopology']) => void,
): Uint8Array {
  const { text } = attempt(name, () => openPacked(bytes));
  describedIn(text, name, checkTopology);
  return text;
}

/** Reads the description and the companions. @throws UserError */
function describedIn(text: Uint8Array, name: string, checkTopology: (topology: ModelJson['modelTopology']) => void) {
  const end = text.indexOf(0);
  if (end < 0) throw inconsistent(name);
  const value = parseJson(Buffer.from(text.subarray(0, end)), name);
  const parsed = Description.safeParse(value);
  if (!parsed.success)
    throw new UserError(`"${name}" holds no valid model (${describeIssue(parsed.error)}): pack it again.`, {
      cause: parsed.error,
    });
  const [group] = parsed.data.weightsManifest;
  checkTopology(parsed.data.modelTopology);
  for (const entry of group.weights) {
    const problem = entryProblem(entry);
    if (problem) throw new UserError(`The tensor "${entry.name}" in ${name} ${problem}: pack the model again.`);
  }
  if (group.weights.reduce((sum, entry) => sum + storedBytes(entry), 0) > MOST_WEIGHTS)
    throw new UserError(`The weights of ${name} take more than the 2 GiB that can be opened: use a smaller model.`);
  return { value, parsed: parsed.data, group, companions: companionsIn(text, end + 1, name) };
}

function open(bytes: Uint8Array, name: string): Opened {
  if (!isPacked(bytes)) throw new UserError(`"${name}" is no packed model: choose a file NAME.secateur.`);
  const version = bytes[VERSION_AT];
  if (version !== HEAD[VERSION_AT])
    throw new UserError(
      `"${name}" is a packed model of version ${version ?? '?'}, and this program reads version ${HEAD[VERSION_AT]!}: use the program that packed it.`,
    );
  const end = Math.max(HEAD.length, bytes.byteLength - CHECKSUM);
  const sum = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (!sum.equals(bytes.subarray(end))) throw damaged(name);
  return attempt(name, () => openPacked(bytes));
}

const damaged = (name: string): UserError =>
  new UserError(`"${name}" was changed or cut short since it was packed: copy it again from where it was whole.`);
const inconsistent = (name: string, cause?: unknown): UserError =>
  new UserError(
    `The parts of "${name}" contradict each other, although it is as it was written: pack the model again.`,
    {
      cause,
    },
  );

/** The decoder throws errors of many kinds for bytes that no encoder writes. */
function attempt<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inconsistent(name, error);
  }
}

/** Reads the companions after the description: of each its name, its length and its bytes. */
function companionsIn(text: Uint8Array, start: number, name: string): Companion[] {
  const companions: Companion[] = [];
  let at = start;
  const word = (): string => {
    const end = text.indexOf(0, at);
    if (end < 0) throw inconsistent(name);
    const found = Buffer.from(text.subarray(at, end)).toString('utf8');
    at = end + 1;
    return found;
  };
  while (at < text.length) {
    const own = word();
    const digits = word();
    const length = Number(digits);
    if (!/^\d{1,9}$/.test(digits) || at + length > text.length || !isCompanionName(own)) throw inconsistent(name);
    companions.push({ name: own, bytes: text.slice(at, at + length) });
    at += length;
  }
  return companions;
}
