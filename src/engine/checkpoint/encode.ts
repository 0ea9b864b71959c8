import { createHash } from 'node:crypto';
import { WeightsManifest, type WeightEntry } from '../../protocol/checkpoint';
import { quantizeExactly } from './requantize';
import { hashedName, soleName } from './shard-names';
import type { ModelContent, Tensor } from './types';

/** Bytes of one shard, as tfjs writes them: 4 MiB. */
export const SHARD_BYTES = 4 * 1024 * 1024;

/** A checkpoint as the bytes of its files. */
export interface EncodedCheckpoint {
  readonly modelJson: { readonly name: 'model.json'; readonly bytes: Uint8Array };
  /** Views of one buffer. */
  readonly shards: readonly { readonly name: string; readonly bytes: Uint8Array }[];
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
  const encoded = [...model.tensors.values()].map(encodeTensor);
  const joined = new Uint8Array(encoded.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  let offset = 0;
  for (const { bytes } of encoded) {
    joined.set(bytes, offset);
    offset += bytes.byteLength;
  }
  const weightsHash = createHash('sha256').update(joined).digest('hex');
  const manifest = WeightsManifest.safeParse(model.described?.['weightsManifest']).data ?? [];
  const sole = naming === 'kept' ? soleName(manifest) : undefined;
  const shards = sole === undefined ? cut(joined, weightsHash) : [{ name: sole, bytes: joined }];
  const entries = encoded.map(({ entry }) => entry);
  const group = {
    ...(manifest.length === 1 ? manifest[0] : {}),
    paths: shards.map(({ name }) => name),
    weights: entries,
  };
  const json = JSON.stringify(describe(model, [group]));
  return { modelJson: { name: 'model.json', bytes: Buffer.from(json) }, shards, entries, weightsHash };
}

/** Cuts weights into shards of 4 MiB with a part of their hash in their names. @param weightsHash SHA-256, hex */
export function cut(joined: Uint8Array, weightsHash: string): EncodedCheckpoint['shards'] {
  const count = Math.max(1, Math.ceil(joined.byteLength / SHARD_BYTES));
  return Array.from({ length: count }, (_, i) => ({
    name: hashedName(i, count, weightsHash),
    bytes: joined.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES),
  }));
}

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

function encodeTensor(tensor: Tensor): { entry: WeightEntry; bytes: Uint8Array } {
  const { name, shape, dtype, data, group, extra } = tensor;
  const stored = tensor.quantization ? quantizeExactly(data, tensor.quantization) : undefined;
  const entry: WeightEntry = {
    name,
    shape: [...shape],
    dtype,
    ...(stored ? { quantization: stored.quantization } : {}),
    ...(group === undefined ? {} : { group }),
    ...extra,
  };
  const values = stored?.values ?? data;
  return { entry, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
