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
import { RangeEncoder, type SharedRoom } from './range-encoder';
import { WeightsEncoder } from './weights-encoder';
import { writeText } from './write-text';

/** A packed file, and what its parts take. */
export interface Packed extends PackedParts {
  readonly bytes: Uint8Array;
}

/** What the parts of a packed file take. */
export interface PackedParts {
  /** SHA-256 of all before it, which is the end of the file, hex. */
  readonly sha256: string;
  /** Bits of the description and the companions. */
  readonly textBits: number;
  /** Bits of each tensor, by name. */
  readonly tensorBits: ReadonlyMap<string, number>;
}

/** What goes into a packed file. */
export interface PackedContent {
  /** model.json and the companions, see `Opened`. */
  readonly text: Uint8Array;
  readonly entries: readonly WeightEntry[];
  /** Bytes of each tensor. */
  readonly lengths: readonly number[];
}

/** Gives the bytes of tensors, which are asked for in order, each once; they are valid until the next is asked for. */
export type TensorSource = (place: number) => Uint8Array;

/**
 * Packs a model in one file, see docs/packed-format.md. Nothing is lost: unpacked, it has the bytes that it would have
 * as a checkpoint. The same model gives the same bytes.
 */
export function pack(model: ModelContent, encoded: EncodedCheckpoint = encodeCheckpoint(model)): Packed {
  const content = contentOf(model, encoded);
  const steps = packing(content, tensorsIn(content, encoded.weights));
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Returns what goes into the packed file of a model. */
export function contentOf({ companions = [] }: ModelContent, encoded: EncodedCheckpoint): PackedContent {
  const { entries, weights } = encoded;
  let at = 0;
  const lengths = entries.map((entry) => {
    const length = lengthOf(entry, weights, at);
    at += length;
    return length;
  });
  return { text: textOf(encoded, companions), entries, lengths };
}

/** Returns the bytes of tensors in their joined bytes. */
export function tensorsIn({ lengths }: PackedContent, weights: Joined): TensorSource {
  let at = 0;
  return (place) => weights.read((at += lengths[place]!) - lengths[place]!, lengths[place]!);
}

/** Options of packing. */
export interface PackingOptions {
  /** Memory for the file that others read meanwhile, instead of memory of its own. */
  readonly shared?: SharedRoom;
  /** Hears of bytes of weights that are packed. */
  readonly advance?: (bytes: number) => void;
}

/** Packs a model as `pack` does, a tensor each time that it is asked for the next; returns the file. */
export function* packing(
  { text, entries, lengths }: PackedContent,
  source: TensorSource,
  { shared, advance = () => undefined }: PackingOptions = {},
): Generator<void, Packed> {
  const weightBytes = lengths.reduce((sum, length) => sum + length, 0);
  const expected = expectedBytes(text.byteLength, weightBytes);
  const coder = new RangeEncoder({ before: HEAD.length, expected, shared });
  const encoder = new WeightsEncoder(coder);
  encoder.parameter(text.byteLength);
  encoder.parameter(weightBytes);
  writeText(coder, primedModel(text.byteLength), text);
  const textBits = coder.bits;
  const tensorBits = new Map<string, number>();
  const widths: number[] = [];
  let check = CHECK_START;
  for (const [i, entry] of entries.entries()) {
    const before = coder.bits;
    const bytes = source(i);
    check = checkOf(bytes, check);
    const [size, mantissa] = formatOf(entry);
    const words = wordsOf(bytes, size);
    const counted = entry.dtype === 'string' || entry.dtype === 'complex64';
    if (counted) encoder.parameter(words.length);
    const shape = counted ? [words.length] : entry.shape;
    const coding = chooseCoding(encoder, words, shape, mantissa, [...new Set(widths)]);
    encoder.tensor(coding, (count) => advance(count * size));
    if (shape.length > 1) widths.push(shape.at(-1)!);
    tensorBits.set(entry.name, coder.bits - before);
    yield;
  }
  coder.raw(31, check >>> 1);
  // A file that is too small for what it stands for would be refused: zeros at the end change nothing.
  const least = Math.max(
    weightBytes / EXPANSION,
    text.byteLength > TEXT_ALLOWED ? text.byteLength / TEXT_EXPANSION : 0,
  );
  const bytes = coder.finish(CHECKSUM, Math.ceil(least));
  bytes.set(HEAD);
  const end = bytes.byteLength - CHECKSUM;
  const sum = createHash('sha256').update(bytes.subarray(0, end)).digest();
  bytes.set(sum, end);
  return { bytes, sha256: sum.toString('hex'), textBits, tensorBits };
}

/** Returns the bytes that a packed file hardly exceeds: floats take hardly more than they do unpacked. */
export const expectedBytes = (textBytes: number, weightBytes: number): number =>
  HEAD.length + textBytes + Math.ceil(weightBytes * 1.02) + CHECKSUM;

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
