import type { ModelJson, Quantization, WeightEntry } from '../../protocol/checkpoint';

/** Values of a tensor. complex64: real and imaginary parts alternate; string: the stored bytes, lengths included. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** One weight tensor, dequantized as stock TensorFlow.js does. It is never changed in place, because tensors are shared. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: WeightEntry['dtype'];
  readonly data: TensorData;
  /** The quantization in the file; kept on writing where that loses nothing. */
  readonly quantization?: Quantization;
  /** Unknown fields of its manifest entry, kept on writing. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** `optimizer`: a slot of an optimizer that was saved with the model, not a weight. */
  readonly group?: string;
  /** Its function in its layer, for example `kernel`, where that is known. */
  readonly weight?: string;
}

/** Tensors by name, in the order of the manifest. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** A model as data: topology and weights, in memory or on disk. */
export interface ModelContent {
  readonly modelTopology: Readonly<Record<string, unknown>>;
  readonly tensors: Tensors;
  /** `layers-model` or `graph-model`. */
  readonly format?: string | null | undefined;
  readonly generatedBy?: string | null | undefined;
  readonly convertedBy?: string | null | undefined;
  /** `userDefinedMetadata` of model.json. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** model.json as it was read. Fields that no step changes, such as `signature`, are written again in their place. */
  readonly described?: Readonly<Record<string, unknown>> | undefined;
  /** Small files that belong to the model, such as labels; they are written again beside it. */
  readonly companions?: readonly Companion[] | undefined;
}

/** A small file beside a model: its plain name and its content. */
export interface Companion {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file of a checkpoint: its path relative to the checkpoint's folder, and its size. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
}

/** A checkpoint that was read and checked. */
export interface Checkpoint extends ModelContent {
  /** Absolute path of model.json, whatever its name, and its folder. */
  readonly path: string;
  readonly folder: string;
  readonly json: ModelJson;
  /** SHA-256 of the shards as stored, in the order of the manifest, hex. */
  readonly weightsHash: string;
  /** model.json first, then the shards. */
  readonly files: readonly StoredFile[];
  /** Identity, sizes and times of the files before they were read; see `checkpointStamp`. */
  readonly stamp: string;
  readonly companions: readonly Companion[];
  /** Doubts about the files, one sentence each. */
  readonly warnings: readonly string[];
}
