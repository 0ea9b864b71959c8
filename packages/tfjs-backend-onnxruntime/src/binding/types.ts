import type { ElementArray, ElementType } from '../encoding/onnx-messages';

/** A tensor that the native library reads or fills. */
export interface NativeTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** The outputs of a run: the tensor to fill, or null if the caller does not need it in place. */
export type Fetches = Readonly<Record<string, NativeTensor | null>>;

/** A loaded model. */
export interface NativeSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: SessionOptions): void;
  /** Runs synchronously, on the calling thread and the threads of the session. Fills the fetched tensors in place. */
  run(
    feeds: Readonly<Record<string, NativeTensor>>,
    fetches: Fetches,
    options: Readonly<Record<string, never>>,
  ): unknown;
  dispose(): void;
  readonly outputMetadata: readonly ValueMetadata[];
}

/** The metadata of an input or output of a session. */
interface ValueMetadata {
  readonly name: string;
  /** The number of `TensorProto.DataType`. */
  readonly type: number;
  /** The shape; -1 for an unknown length. */
  readonly shape: readonly number[];
}

/** The part of ONNX Runtime's session options that this backend sets. */
export interface SessionOptions {
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly enableMemPattern: boolean;
  /** False if the session must not keep an arena. Default true. */
  readonly enableCpuMemArena?: boolean;
  readonly executionMode: 'sequential' | 'parallel';
  readonly graphOptimizationLevel: 'disabled' | 'basic' | 'extended' | 'all';
  readonly logSeverityLevel: 0 | 1 | 2 | 3 | 4;
  readonly enableProfiling?: boolean;
  readonly extra?: unknown;
}

/** The functions of the native library in one thread. */
export interface NativeRuntime {
  readonly version: string;
  createTensor(type: ElementType, data: ElementArray, shape: readonly number[]): NativeTensor;
  /**
   * Loads a model.
   *
   * @throws Error if the model is not accepted
   */
  createSession(model: Uint8Array, options: SessionOptions): NativeSession;
}

/** ONNX Runtime, as far as this backend needs it. */
export interface OnnxRuntime extends NativeRuntime {
  /** The modules, for other threads. */
  readonly modules: RuntimeModules;
  /** The message of the error of a run that fetches `STOP`; null if that does not work. */
  readonly stopped: string | null;
}

/** The paths of the public package and of the synchronous binding beneath. */
export interface RuntimeModules {
  readonly api: string;
  readonly binding: string;
}
