import { createHash } from 'node:crypto';
import { WeightsManifest, type WeightEntry } from '../../protocol/checkpoint';
import { quantizeExactly } from './requantize';
import { hashedName, soleName } from './shard-names';
import type { ModelContent, Tensor } from './types';

/** Bytes of one shard as tfjs writes them: 4 MiB. */
export const SHARD_BYTES = 4 * 1024 * 1024;

/** A checkpoint as the bytes of its files. */
export interface EncodedCheckpoint {
  readonly modelJson: { readonly name: 'model.json'; readonly bytes: Uint8Array };
  /** Views of one buffer. */
  readonly shards: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** The tensors as the manifest lists them. */
  readonly entries: readonly WeightEntry[];
  /** SHA-256 of the shards' bytes one after another, hex. */
  readonly weightsHash: string;
}

/**
 * How shards are called. `kept`: where all weights of the checkpoint that the model was read from lie in one file, as it is
 * called there, since others may load it by that name (Teachable Machine: `weights.bin`); else `hashed`: shards of 4 MiB
 * with a piece of the weights' hash in their names.
 */
export type ShardNaming = 'kept' | 'hashed';

/**
 * A model as the files of a TensorFlow.js checkpoint: one group, the order of the tensors kept, and of model.json all that
 * the model does not say anew. The bytes depend on the content alone: no dates, no paths. Quantised tensors stay quantised
 * where that loses nothing.
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

function cut(joined: Uint8Array, weightsHash: string): EncodedCheckpoint['shards'] {
  const count = Math.max(1, Math.ceil(joined.byteLength / SHARD_BYTES));
  return Array.from({ length: count }, (_, i) => ({
    name: hashedName(i, count, weightsHash),
    bytes: joined.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES),
  }));
}

/** What model.json says: what the model says anew in the place of the old, and all else as it stood. */
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
  // A map keeps the place of a key that is set again, and a key named __proto__.
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
