import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { encodeCheckpoint } from '../../src/engine/checkpoint/encode';
import { chooseCoding } from '../../src/engine/checkpoint/packed/choose';
import { pack } from '../../src/engine/checkpoint/packed/pack';
import { RangeEncoder } from '../../src/engine/checkpoint/packed/range-encoder';
import { WeightsEncoder, type Coding } from '../../src/engine/checkpoint/packed/weights-encoder';
import { readCheckpoint } from '../../src/engine/checkpoint/read';
import { storedBytes } from '../../src/engine/checkpoint/dtype';
import type { ModelContent, Tensor } from '../../src/engine/checkpoint/types';
import { HEAD } from '../../src/loader/head';
import { checkOf, formatOf, openPacked } from '../../src/loader/packed-file';
import { inBytes, inFourBits, mapped, prunedTo, wordsOf } from '../unit/checkpoint/packed/coded';

/** A packed file, and what it was written from, so that it can be written again with lies in it. */
export interface PackedSeed {
  readonly bytes: Uint8Array;
  readonly text: Uint8Array;
  readonly codings: readonly Coding[];
  /** Bytes and checksum of the weights. */
  readonly weightBytes: number;
  readonly check: number;
  /** Bytes of the file after which the sizes, the text and each tensor begin. */
  readonly places: readonly number[];
}

/** Packed files: many small ones, and a few of full size. */
export interface PackedSeeds {
  readonly small: readonly PackedSeed[];
  readonly large: readonly PackedSeed[];
}

/** Bytes of a small seed, and of its text: they are decoded in a few milliseconds. */
const SMALL = 8192;
const SMALL_TEXT = 4096;
/** Ways to store weights: whole numbers, tables, grids, floats. */
const KINDS = 4;
const FEW = [-0.1, 0.04, 0.3];

/** Lets a kernel share three values. */
const inFewValues = (kernel: Tensor): Tensor => ({
  ...kernel,
  data: Float32Array.from(kernel.data, (_, i) => (i % 3 === 0 ? 0 : FEW[(i * 7) % FEW.length]!)),
});

/** What is done to models so that every way to store weights occurs. */
const CHANGES: readonly ((model: ModelContent) => ModelContent)[] = [
  (model) => ({ ...prunedTo(model, 0.8), companions: [{ name: 'labels.txt', bytes: Buffer.from('Shirt\nBag\n') }] }),
  (model) => mapped(prunedTo(model, 0.5), inFewValues),
  (model) => mapped(prunedTo(model, 0.5), inFourBits),
  (model) => mapped(prunedTo(model, 0.5), inBytes),
];

/**
 * Packs models of other programs, as they are and compressed.
 * @param models a folder of folders with a model.json; those that cannot be read or are large are left out
 * @param sample the model.json of a model of full size
 */
export async function packedSeeds(models: string, sample: string): Promise<PackedSeeds> {
  const small: PackedSeed[] = [];
  for (const name of (await readdir(models)).sort()) {
    const model = await readCheckpoint(path.join(models, name, 'model.json')).catch(() => undefined);
    if (!model || weightsOf(model) > 4 * SMALL) continue;
    const compressed = CHANGES.map((change) => {
      try {
        return change(model);
      } catch {
        // It has no graph whose kernels could be changed.
        return undefined;
      }
    });
    for (const one of [model, ...compressed]) {
      const seed = one && seedOf(one);
      if (seed && seed.bytes.byteLength <= SMALL && seed.text.byteLength <= SMALL_TEXT) small.push(seed);
    }
  }
  const kinds = new Set(small.flatMap(({ codings }) => codings.map(({ values }) => values.kind)));
  if (kinds.size < KINDS) throw new Error('the packed files do not use every way to store weights: change the models');
  const full = await readCheckpoint(sample);
  return { small, large: [full, mapped(prunedTo(full, 0.95), inBytes), mapped(full, inFewValues)].map(seedOf) };
}

const weightsOf = ({ tensors }: ModelContent): number =>
  [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);

/** Packs a model, and keeps how each tensor is coded. */
export function seedOf(model: ModelContent): PackedSeed {
  const encoded = encodeCheckpoint(model);
  const { bytes, textBits, tensorBits } = pack(model, encoded);
  const weights = Buffer.concat(encoded.shards.map((shard) => shard.bytes));
  const encoder = new WeightsEncoder(new RangeEncoder());
  const codings: Coding[] = [];
  const widths: number[] = [];
  const places = [0, HEAD.length, HEAD.length + Math.floor(textBits / 8)];
  let at = 0;
  for (const entry of encoded.entries) {
    const [size, mantissa] = formatOf(entry);
    const words = wordsOf(weights.subarray(at, (at += storedBytes(entry))), size);
    const coding = chooseCoding(encoder, words, entry.shape, mantissa, [...new Set(widths)]);
    encoder.tensor(coding);
    codings.push(coding);
    if (entry.shape.length > 1) widths.push(entry.shape.at(-1)!);
    places.push(places.at(-1)! + Math.floor((tensorBits.get(entry.name) ?? 0) / 8));
  }
  return {
    ...{ bytes, codings, places, weightBytes: weights.byteLength, check: checkOf(weights) >>> 1 },
    text: openPacked(bytes).text,
  };
}
