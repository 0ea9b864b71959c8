import { createHash } from 'node:crypto';
import type { WeightEntry } from '../../protocol/checkpoint';
import { quantizeExactly } from './requantize';
import type { ModelContent, Tensor } from './types';

/** Bytes of one shard as tfjs writes them: 4 MiB. */
export const SHARD_BYTES = 4 * 1024 * 1024;

/** The name of every shard that Secateur writes: tfjs's own, and a piece of the hash of all weights. */
export const SHARD_NAME = /^group1-shard\d+of\d+-[0-9a-f]{12}\.bin$/;

/** A checkpoint as the bytes of its files. */
export interface EncodedCheckpoint {
  readonly modelJson: { readonly name: 'model.json'; readonly bytes: Uint8Array };
  /** Views of one buffer. */
  readonly shards: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** SHA-256 of the shards' bytes one after another, hex. */
  readonly weightsHash: string;
}

/**
 * A model as the files of a TensorFlow.js checkpoint: one group, shards of 4 MiB, the order of the tensors kept.
 * The bytes depend on the content alone: no dates, no paths. Quantised tensors stay quantised where that loses nothing.
 */
export function encodeCheckpoint(model: ModelContent): EncodedCheckpoint {
  const encoded = [...model.tensors.values()].map(encodeTensor);
  const joined = new Uint8Array(encoded.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  let offset = 0;
  for (const { bytes } of encoded) {
    joined.set(bytes, offset);
    offset += bytes.byteLength;
  }
  const weightsHash = createHash('sha256').update(joined).digest('hex');
  const count = Math.max(1, Math.ceil(joined.byteLength / SHARD_BYTES));
  const shards = Array.from({ length: count }, (_, i) => ({
    // The hash in the name lets new shards lie beside those of the checkpoint they replace until model.json changes over.
    name: `group1-shard${i + 1}of${count}-${weightsHash.slice(0, 12)}.bin`,
    bytes: joined.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES),
  }));
  const json = {
    modelTopology: model.modelTopology,
    format: model.format ?? 'layers-model',
    ...(model.generatedBy == null ? {} : { generatedBy: model.generatedBy }),
    ...(model.convertedBy == null ? {} : { convertedBy: model.convertedBy }),
    ...(model.metadata === undefined ? {} : { userDefinedMetadata: model.metadata }),
    weightsManifest: [{ paths: shards.map(({ name }) => name), weights: encoded.map(({ entry }) => entry) }],
  };
  return { modelJson: { name: 'model.json', bytes: Buffer.from(JSON.stringify(json)) }, shards, weightsHash };
}

function encodeTensor(tensor: Tensor): { entry: WeightEntry; bytes: Uint8Array } {
  const { name, shape, dtype, data, group } = tensor;
  const stored = tensor.quantization ? quantizeExactly(data, tensor.quantization) : undefined;
  const entry: WeightEntry = {
    name,
    shape: [...shape],
    dtype,
    ...(stored ? { quantization: stored.quantization } : {}),
    ...(group === undefined ? {} : { group }),
  };
  const values = stored?.values ?? data;
  return { entry, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
