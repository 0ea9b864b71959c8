import type { ModelJson, Quantization, WeightEntry } from '../../protocol/checkpoint';

/** Values of a tensor. complex64: real and imaginary parts in turn; string: the stored bytes, lengths included. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** One weight tensor, dequantised as stock TensorFlow.js does it. Never changed in place: tensors are shared. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: WeightEntry['dtype'];
  readonly data: TensorData;
  /** How it was stored; kept when written again if that loses nothing. */
  readonly quantization?: Quantization;
  /** Fields of its manifest entry that are not read here, kept when it is written again. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** `optimizer`: a slot of an optimiser that was saved with the model, no weight of it. */
  readonly group?: string;
  /** What it is to the layer that has it, `kernel` for example, where that is known. */
  readonly weight?: string;
}

/** Tensors by name, in the order of the manifest. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** A model as data: topology and weights, on disk or not. */
export interface ModelContent {
  readonly modelTopology: Readonly<Record<string, unknown>>;
  readonly tensors: Tensors;
  /** `layers-model` or `graph-model`. */
  readonly format?: string | null | undefined;
  readonly generatedBy?: string | null | undefined;
  readonly convertedBy?: string | null | undefined;
  /** `userDefinedMetadata` of model.json. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** model.json as it was read: what no step rewrites, such as `signature`, is written again as it stood, in its place. */
  readonly described?: Readonly<Record<string, unknown>> | undefined;
  /** Small files that lay beside it and belong to it, such as labels; they are written beside it again. */
  readonly companions?: readonly Companion[] | undefined;
}

/** A small file beside a model: its plain name, and what is in it. */
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
  /** Absolute path of model.json, whatever it is called, and its folder. */
  readonly path: string;
  readonly folder: string;
  readonly json: ModelJson;
  /** SHA-256 of the shards' bytes as stored, in the order of the manifest, hex. */
  readonly weightsHash: string;
  /** model.json first, then the shards. */
  readonly files: readonly StoredFile[];
  /** Identity, sizes and times of the files, taken before they were read; see `checkpointStamp`. */
  readonly stamp: string;
  readonly companions: readonly Companion[];
  /** What is doubtful about the files, a sentence each. */
  readonly warnings: readonly string[];
}
