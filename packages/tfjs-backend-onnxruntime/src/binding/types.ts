import type { ElementArray, ElementType } from '../encoding/onnx-messages';

/** A tensor as the native library takes and fills it. */
export interface NativeTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** What is asked for: into which tensor, or null where the caller does not want it in place. */
export type Fetches = Readonly<Record<string, NativeTensor | null>>;

/** A loaded model. */
export interface NativeSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: SessionOptions): void;
  /** Runs at once, on the calling thread and the session's own; fetched tensors are filled in place. */
  run(
    feeds: Readonly<Record<string, NativeTensor>>,
    fetches: Fetches,
    options: Readonly<Record<string, never>>,
  ): unknown;
  dispose(): void;
  readonly outputMetadata: readonly ValueMetadata[];
}

/** What a session tells of what it takes or gives. */
interface ValueMetadata {
  readonly name: string;
  /** The number of `TensorProto.DataType`. */
  readonly type: number;
  /** -1 where a length is not known. */
  readonly shape: readonly number[];
}

/** The part of ONNX Runtime's session options that this backend sets. */
export interface SessionOptions {
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly enableMemPattern: boolean;
  /** Whether the session keeps memory of its own. Default true. */
  readonly enableCpuMemArena?: boolean;
  readonly executionMode: 'sequential' | 'parallel';
  readonly graphOptimizationLevel: 'disabled' | 'basic' | 'extended' | 'all';
  readonly logSeverityLevel: 0 | 1 | 2 | 3 | 4;
  readonly enableProfiling?: boolean;
  readonly extra?: unknown;
}

/** What the native library does for a thread. */
export interface NativeRuntime {
  readonly version: string;
  createTensor(type: ElementType, data: ElementArray, shape: readonly number[]): NativeTensor;
  /** Throws where the model is not accepted. */
  createSession(model: Uint8Array, options: SessionOptions): NativeSession;
}

/** ONNX Runtime, as far as this backend needs it. */
export interface OnnxRuntime extends NativeRuntime {
  /** Where other threads find it. */
  readonly modules: RuntimeModules;
  /** The message of the error with which a run ends that asks for `STOP` too; null where that does not work. */
  readonly stopped: string | null;
}

/** The paths of the public package and of the synchronous binding beneath. */
export interface RuntimeModules {
  readonly api: string;
  readonly binding: string;
}
