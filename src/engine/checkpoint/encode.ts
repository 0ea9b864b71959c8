import { createHash } from 'node:crypto';
import { WeightsManifest, type WeightEntry } from '../../protocol/checkpoint';
import { encodeTensor } from './encode-tensor';
import { hashedName, soleName } from './shard-names';
import { JoinedValues } from './joined-values';
import type { ModelContent } from './types';
import { isElsewhere } from './values';

/** Bytes of one shard, as tfjs writes them: 4 MiB. */
export const SHARD_BYTES = 4 * 1024 * 1024;

/** A file with weights. */
export interface EncodedShard {
  readonly name: string;
  readonly byteLength: number;
  readonly bytes: Uint8Array;
  /** Returns a part of its bytes. */
  read(offset: number, length: number): Uint8Array;
}

/** A checkpoint as the bytes of its files. */
export interface EncodedCheckpoint {
  readonly modelJson: { readonly name: 'model.json'; readonly bytes: Uint8Array };
  /** Views of one buffer; of large weights, made each time that their bytes are asked for. */
  readonly shards: readonly EncodedShard[];
  /** Their joined bytes. */
  readonly weights: Joined;
  /** The tensors in the order of the manifest. */
  readonly entries: readonly WeightEntry[];
  /** SHA-256 of the joined shards, hex. */
  readonly weightsHash: string;
}

/**
 * How shards are named. `kept`: a checkpoint whose weights were in one file keeps that name, since others may load it by
 * name (Teachable Machine: `weights.bin`). `hashed`: shards of 4 MiB with a part of the weights' hash in their names.
 */
export type ShardNaming = 'kept' | 'hashed';

/**
 * Encodes a model as the files of a TensorFlow.js checkpoint: one group, the tensors in their order, and the fields of
 * the original model.json that the model does not replace. The bytes depend on the content alone: no dates, no paths.
 * Quantized tensors stay quantized where that loses nothing.
 */
export function encodeCheckpoint(model: ModelContent, naming: ShardNaming = 'kept'): EncodedCheckpoint {
  const tensors = [...model.tensors.values()];
  if (tensors.some(isElsewhere)) {
    const joined = new JoinedValues(tensors);
    return filesOf(model, joined, { naming, weightsHash: joined.hash() });
  }
  const encoded = tensors.map(encodeTensor);
  const joined = new Uint8Array(encoded.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  let offset = 0;
  for (const { bytes } of encoded) {
    joined.set(bytes, offset);
    offset += bytes.byteLength;
  }
  const weightsHash = createHash('sha256').update(joined).digest('hex');
  const read = (from: number, length: number) => joined.subarray(from, from + length);
  const fill = (from: number, target: Uint8Array): Uint8Array => {
    target.set(read(from, target.byteLength));
    return target;
  };
  const source = { entries: encoded.map(({ entry }) => entry), byteLength: joined.byteLength, read, fill };
  return filesOf(model, source, { naming, weightsHash });
}

/**
 * Encodes a model for its sizes alone: large weights are not hashed, so that the names of their shards have another hash, of
 * the same length.
 */
export function encodeForSizes(model: ModelContent): EncodedCheckpoint {
  const tensors = [...model.tensors.values()];
  if (!tensors.some(isElsewhere)) return encodeCheckpoint(model);
  return filesOf(model, new JoinedValues(tensors), { naming: 'kept', weightsHash: NO_HASH });
}

/** Stands for a hash that is not known yet: it has the same length. */
export const NO_HASH = '0'.repeat(64);

/** The joined bytes of all weights. */
export interface Joined {
  readonly entries: readonly WeightEntry[];
  readonly byteLength: number;
  /** Returns a part of them: a view, or memory of its own. */
  read(offset: number, length: number): Uint8Array;
  /** Fills `target` with those from an offset on, and returns it. */
  fill(offset: number, target: Uint8Array): Uint8Array;
}

/** Describes the files of a model whose weights have these bytes and this hash. */
export function filesOf(
  model: ModelContent,
  joined: Joined,
  { naming, weightsHash }: { readonly naming: ShardNaming; readonly weightsHash: string },
): EncodedCheckpoint {
  const manifest = WeightsManifest.safeParse(model.described?.['weightsManifest']).data ?? [];
  const sole = naming === 'kept' ? soleName(manifest) : undefined;
  const shards = sole === undefined ? cut(joined, weightsHash) : [shardOf(joined, sole, 0, joined.byteLength)];
  const { entries } = joined;
  const group = {
    ...(manifest.length === 1 ? manifest[0] : {}),
    paths: shards.map(({ name }) => name),
    weights: entries,
  };
  const json = JSON.stringify(describe(model, [group]));
  return { modelJson: { name: 'model.json', bytes: Buffer.from(json) }, shards, weights: joined, entries, weightsHash };
}

const shardOf = (joined: Joined, name: string, start: number, byteLength: number): EncodedShard => ({
  ...{ name, byteLength },
  get bytes() {
    return joined.read(start, byteLength);
  },
  read: (offset, length) => joined.read(start + offset, Math.min(length, byteLength - offset)),
});

/**
 * Names the shards of 4 MiB that so many bytes of weights are cut into; a part of their hash is in each name.
 * @param weightsHash SHA-256, hex
 */
export function shardNames(byteLength: number, weightsHash: string): string[] {
  const count = Math.max(1, Math.ceil(byteLength / SHARD_BYTES));
  return Array.from({ length: count }, (_, i) => hashedName(i, count, weightsHash));
}

const cut = (joined: Joined, weightsHash: string): EncodedShard[] =>
  shardNames(joined.byteLength, weightsHash).map((name, i) =>
    shardOf(joined, name, i * SHARD_BYTES, Math.min(SHARD_BYTES, joined.byteLength - i * SHARD_BYTES)),
  );

/** Returns the fields of model.json: fields of the model replace old ones in place, all others stay. */
function describe(model: ModelContent, weightsManifest: unknown): object {
  const { modelTopology, metadata, described } = model;
  const anew: [string, unknown][] = [
    ['modelTopology', modelTopology],
    ...(described
      ? []
      : ([
          ['format', model.format ?? 'layers-model'],
          ['generatedBy', model.generatedBy ?? undefined],
          ['convertedBy', model.convertedBy ?? undefined],
        ] as [string, unknown][])),
    ...(metadata === undefined ? [] : ([['userDefinedMetadata', metadata]] as [string, unknown][])),
    ['weightsManifest', weightsManifest],
  ];
  // A map keeps the position of a key that is set again, and accepts a key named __proto__.
  return Object.fromEntries(new Map([...Object.entries(described ?? {}), ...anew]));
}
