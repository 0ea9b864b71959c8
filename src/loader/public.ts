// The types of the package's entry `secateur/loader`. This file is shipped as it is: types only, and no imports.

/** A path (in Node.js only), an address, or the bytes of a file. */
export type PackedSource = string | URL | Uint8Array;

/** Options of loading a packed model. */
export interface PackedOptions {
  /** Hears how many bytes have arrived, and of how many; 0 where the server does not say. */
  readonly onProgress?: (bytes: number, total: number) => void;
  /** Options of `fetch`, such as headers or a signal. */
  readonly requestInit?: RequestInit;
}

/** A tensor as TensorFlow.js describes it (`io.WeightsManifestEntry`). */
export interface WeightSpec {
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  quantization?: { dtype: 'uint8' | 'uint16' | 'float16'; scale?: number; min?: number };
}

/** A model as the loaders of TensorFlow.js take it (`io.ModelArtifacts`). */
export interface PackedModel {
  modelTopology: object;
  weightSpecs: WeightSpec[];
  weightData: ArrayBuffer;
  format?: string;
  generatedBy?: string;
  convertedBy?: string | null;
  userDefinedMetadata?: Record<string, string>;
}

/** A source of a model for `tf.loadLayersModel` and `tf.loadGraphModel` (`io.IOHandler`). */
export interface PackedHandler {
  load: () => Promise<PackedModel>;
}

/**
 * Returns a source of the model in a file NAME.secateur: `await tf.loadLayersModel(packed('net.secateur'))`. Its `load`
 * rejects with one sentence where the file cannot be read or is damaged.
 */
export type Packed = (source: PackedSource, options?: PackedOptions) => PackedHandler;
