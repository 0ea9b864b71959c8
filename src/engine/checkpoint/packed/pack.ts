import { createHash } from 'node:crypto';
import { CHECKSUM, EXPANSION, HEAD, TEXT_ALLOWED, TEXT_EXPANSION, TEXT_UNIT } from '../../../loader/head';
import { CHECK_START, checkOf, formatOf } from '../../../loader/packed-file';
import { primedModel } from '../../../loader/primed-model';
import type { Words } from '../../../loader/weights-decoder';
import { JsonRecord, WeightsManifest, type WeightEntry } from '../../../protocol/checkpoint';
import { stringBytes } from '../decode';
import { storedBytes } from '../dtype';
import { encodeCheckpoint, type EncodedCheckpoint, type Joined } from '../encode';
import { hashInName } from '../shard-names';
import type { Companion, ModelContent } from '../types';
import { chooseCoding } from './choose';
import { RangeEncoder } from './range-encoder';
import { WeightsEncoder } from './weights-encoder';
import { writeText } from './write-text';

/** A packed file, and what its parts take. */
export interface Packed {
  readonly bytes: Uint8Array;
  /** SHA-256 of all before it, which is the end of the file, hex. */
  readonly sha256: string;
  /** Bits of the description and the companions. */
  readonly textBits: number;
  /** Bits of each tensor, by name. */
  readonly tensorBits: ReadonlyMap<string, number>;
}

/**
 * Packs a model in one file, see docs/packed-format.md. Nothing is lost: unpacked, it has the bytes that it would have
 * as a checkpoint. The same model gives the same bytes.
 */
export function pack(model: ModelContent, encoded: EncodedCheckpoint = encodeCheckpoint(model)): Packed {
  const steps = packing(model, encoded);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Packs a model as `pack` does, a tensor each time that it is asked for the next; returns the file. */
export function* packing(model: ModelContent, encoded: EncodedCheckpoint): Generator<void, Packed> {
  const text = textOf(encoded, model.companions ?? []);
  const { weights } = encoded;
  // Floats take hardly more than they do unpacked.
  const coder = new RangeEncoder({
    before: HEAD.length,
    expected: text.byteLength + weights.byteLength * 1.02 + CHECKSUM,
  });
  const encoder = new WeightsEncoder(coder);
  encoder.parameter(text.byteLength);
  encoder.parameter(weights.byteLength);
  writeText(coder, primedModel(text.byteLength), text);
  const textBits = coder.bits;
  const tensorBits = new Map<string, number>();
  const widths: number[] = [];
  let [at, check] = [0, CHECK_START];
  for (const entry of encoded.entries) {
    const before = coder.bits;
    const bytes = weights.read(at, lengthOf(entry, weights, at));
    at += bytes.byteLength;
    check = checkOf(bytes, check);
    const [size, mantissa] = formatOf(entry);
    const words = wordsOf(bytes, size);
    const counted = entry.dtype === 'string' || entry.dtype === 'complex64';
    if (counted) encoder.parameter(words.length);
    const shape = counted ? [words.length] : entry.shape;
    encoder.tensor(chooseCoding(encoder, words, shape, mantissa, [...new Set(widths)]));
    if (shape.length > 1) widths.push(shape.at(-1)!);
    tensorBits.set(entry.name, coder.bits - before);
    yield;
  }
  coder.raw(31, check >>> 1);
  // A file that is too small for what it stands for would be refused: zeros at the end change nothing.
  const least = Math.max(
    weights.byteLength / EXPANSION,
    text.byteLength > TEXT_ALLOWED ? text.byteLength / TEXT_EXPANSION : 0,
  );
  const bytes = coder.finish(CHECKSUM, Math.ceil(least));
  bytes.set(HEAD);
  const end = bytes.byteLength - CHECKSUM;
  const sum = createHash('sha256').update(bytes.subarray(0, end)).digest();
  bytes.set(sum, end);
  return { bytes, sha256: sum.toString('hex'), textBits, tensorBits };
}

/** Returns model.json and the companions, see `Opened`; shards with a hash in their names are left to the reader. */
function textOf({ modelJson }: EncodedCheckpoint, companions: readonly Companion[]): Buffer {
  const json = JsonRecord.parse(JSON.parse(Buffer.from(modelJson.bytes).toString('utf8')));
  const manifest = WeightsManifest.parse(json['weightsManifest']).map((group) => ({
    ...group,
    paths: group.paths.filter((name) => hashInName(name) === undefined),
  }));
  const described = Object.entries(json).map(([key, value]) => [key, key === 'weightsManifest' ? manifest : value]);
  const description = Buffer.from(JSON.stringify(Object.fromEntries(described)));
  const others = Buffer.concat([
    Buffer.of(0),
    ...companions.flatMap(({ name, bytes }) => [Buffer.from(`${name}\0${bytes.byteLength}\0`), bytes]),
  ]);
  const length = description.byteLength + others.byteLength;
  const spaces = length > TEXT_ALLOWED ? Math.ceil(length / TEXT_UNIT) * TEXT_UNIT - length : 0;
  return Buffer.concat([description, Buffer.alloc(spaces, ' '), others]);
}

function lengthOf(entry: WeightEntry, weights: Joined, at: number): number {
  if (entry.dtype !== 'string') return storedBytes(entry);
  return stringBytes(weights.read(at, weights.byteLength - at), 0, entry);
}

function wordsOf(bytes: Uint8Array, size: number): Words {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  if (size === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
