import { createRequire } from 'node:module';
import { findStop } from './in-place';
import type { ElementArray, ElementType } from '../encoding/onnx-messages';

/** A native library is no part of any bundle: it is looked for from here, when it is needed. */
const require = createRequire(import.meta.url);

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

/** ONNX Runtime, as far as this backend needs it. */
export interface OnnxRuntime {
  readonly version: string;
  /** Where other threads find it. */
  readonly modules: RuntimeModules;
  /** The message of the error with which a run ends that asks for `STOP` too; null where that does not work. */
  readonly stopped: string | null;
  createTensor(type: ElementType, data: ElementArray, shape: readonly number[]): NativeTensor;
  /** Throws where the model is not accepted. */
  createSession(model: Uint8Array, options: SessionOptions): NativeSession;
}

/** The paths of the public package and of the synchronous binding beneath. */
export interface RuntimeModules {
  readonly api: string;
  readonly binding: string;
}

interface TensorConstructor {
  new (type: ElementType, data: ElementArray, shape: readonly number[]): NativeTensor;
}

interface Binding {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  initOrt(): void;
}

interface PublicApi {
  readonly Tensor: TensorConstructor;
  readonly env: { readonly versions: { readonly node?: string | undefined } };
}

/**
 * Loads the native library. The package's public `run` wraps a synchronous call into a promise; tfjs needs `dataSync`, so
 * the synchronous binding beneath is used. It is no public interface: its form is checked, and the version is pinned.
 *
 * @param checkModule gets the path of each module before it is loaded, and throws to refuse it
 * @throws Error where the platform has no library, the package has changed, or a module is refused
 */
export function loadRuntime(checkModule: (file: string) => void = () => undefined): OnnxRuntime {
  const modules = {
    api: require.resolve('onnxruntime-node'),
    binding: require.resolve('onnxruntime-node/dist/binding.js'),
  };
  for (const file of Object.values(modules)) checkModule(file);
  const api: unknown = require(modules.api);
  const native: unknown = require(modules.binding);
  if (!isPublicApi(api) || !isBinding(native)) throw new Error('This version of onnxruntime-node has another form.');
  native.initOrt();
  const { InferenceSession } = native.binding;
  const runtime: OnnxRuntime = {
    version: api.env.versions.node ?? 'unknown',
    modules,
    stopped: null,
    createTensor: (type, data, shape) => new api.Tensor(type, data, shape),
    createSession(model, options) {
      const session = new InferenceSession();
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
      return session;
    },
  };
  return { ...runtime, stopped: findStop(runtime) };
}

/** The version of onnxruntime-node, without loading its native library; undefined where the package is not there. */
export function runtimeVersion(): string | undefined {
  try {
    const module: unknown = require('onnxruntime-node/dist/version.js');
    if (typeof module !== 'object' || module === null || !('version' in module)) return undefined;
    return typeof module.version === 'string' ? module.version : undefined;
  } catch {
    return undefined; // Not there.
  }
}

function isPublicApi(module: unknown): module is PublicApi {
  return hasFunction(module, 'Tensor') && 'env' in module;
}

function isBinding(module: unknown): module is Binding {
  return hasFunction(module, 'initOrt') && 'binding' in module && hasFunction(module.binding, 'InferenceSession');
}

function hasFunction(holder: unknown, name: string): holder is object {
  return typeof holder === 'object' && holder !== null && typeof Reflect.get(holder, name) === 'function';
}
