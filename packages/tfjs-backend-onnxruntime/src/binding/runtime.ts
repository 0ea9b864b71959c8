import { findStop } from './in-place';
import { loadNative, requireNative } from './native';
import type { OnnxRuntime } from './types';

/**
 * The variable by which ONNX Runtime sends no telemetry. From version 1.30 it otherwise reports each process and keeps an
 * identifier in the person's cache, except on Windows, where the system collects it. It reads the variable once, when it is
 * loaded.
 */
const NO_TELEMETRY = 'ORT_DISABLE_TELEMETRY';

/** The libraries of this process by the path of their binding. */
const loaded = new Map<string, OnnxRuntime>();

/**
 * Loads onnxruntime-node, with its telemetry off, and tests its abilities, once in a process.
 *
 * @param checkModule receives the path of each module before it is loaded, and throws to refuse it
 * @throws Error if the platform has no library, the package has changed, or a module is refused
 */
export function loadRuntime(checkModule: (file: string) => void = () => undefined): OnnxRuntime {
  const modules = {
    api: requireNative.resolve('onnxruntime-node'),
    binding: requireNative.resolve('onnxruntime-node/dist/binding.js'),
  };
  for (const file of Object.values(modules)) checkModule(file);
  const known = loaded.get(modules.binding);
  if (known) return known;
  process.env[NO_TELEMETRY] = '1';
  const native = loadNative(modules);
  const runtime = { ...native, modules, stopped: findStop(native) };
  loaded.set(modules.binding, runtime);
  return runtime;
}

/** Returns the version of onnxruntime-node without loading its native library; undefined if the package is missing. */
export function runtimeVersion(): string | undefined {
  try {
    const module: unknown = requireNative('onnxruntime-node/dist/version.js');
    if (typeof module !== 'object' || module === null || !('version' in module)) return undefined;
    return typeof module.version === 'string' ? module.version : undefined;
  } catch {
    return undefined; // The package is missing.
  }
}
