import { createRequire } from 'node:module';
import type { ElementArray, ElementType } from '../encoding/onnx-messages';
import type { NativeRuntime, NativeSession, NativeTensor, RuntimeModules } from './types';

/** Bundles do not contain the native library: it is resolved from here when it is needed. */
export const requireNative = createRequire(import.meta.url);

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
 * Loads the native library into this thread. The public `run` of the package wraps a synchronous call into a promise,
 * but tfjs needs `dataSync`. So this module uses the synchronous binding below. The binding is not public: its form is
 * checked, and the version is pinned.
 *
 * @throws Error if the platform has no library, or the package has another form
 */
export function loadNative({ api, binding }: RuntimeModules): NativeRuntime {
  const shown: unknown = requireNative(api);
  const beneath: unknown = requireNative(binding);
  if (!isPublicApi(shown) || !isBinding(beneath))
    throw new Error('This version of onnxruntime-node is not supported: its modules have another form.');
  beneath.initOrt();
  const { InferenceSession } = beneath.binding;
  return {
    version: shown.env.versions.node ?? 'unknown',
    createTensor: (type, data, shape) => new shown.Tensor(type, data, shape),
    createSession(model, options) {
      const session = new InferenceSession();
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
      return session;
    },
  };
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
