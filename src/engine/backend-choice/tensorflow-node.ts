import Module, { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { completeGradients } from 'tfjs-backend-onnxruntime';
import type { BackendInfo } from './backend-info';
import { localPaths } from './global-paths';
import { layers } from '../model/layers-model/tfjs-layers';
import { tf } from '../tf';

/** The backend that is now active, or one sentence why it is not available. */
export type TensorflowNodeResult = { readonly info: BackendInfo } | { readonly reason: string };

const PACKAGE = '@tensorflow/tfjs-node';
const BACKEND = 'tensorflow';

/**
 * Loads `@tensorflow/tfjs-node` from a folder of the user, where its native library is already installed, and makes it
 * the backend of tfjs. The folder is the package's own, or has the package in `node_modules`. Never throws; on failure
 * the previous backend stays active.
 * @param threads number of threads that the library may use
 */
export async function loadTensorflowNode(folder: string, threads: number): Promise<TensorflowNodeResult> {
  const active = tf.getBackend();
  try {
    const found = findTensorflowNode(folder);
    if (!found) throw new Error(`there is no ${PACKAGE}`);
    const { main, version } = found;
    for (const name of ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS']) process.env[name] = String(threads);
    // Its greeting about processors does not concern the person; warnings and errors do.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
    addRemovedUtilities();
    withOurTensorFlow(() => void createRequire(main)(main));
    if (!tf.engine().backendNames().includes(BACKEND)) throw new Error('it registered no backend');
    // tfjs reports a backend that does not start by returning false, and would then compute with another one.
    if (!(await tf.setBackend(BACKEND))) throw new Error('its backend does not start');
    checkSum();
    // This process keeps the backend until it ends.
    completeGradients();
    return { info: { name: BACKEND, version, threads, blockedLayout: false } };
  } catch (error) {
    if (tf.engine().backendNames().includes(BACKEND)) tf.removeBackend(BACKEND);
    for (const { kernelName } of tf.getKernelsForBackend(BACKEND)) tf.unregisterKernel(kernelName, BACKEND);
    if (active && tf.getBackend() !== active) await tf.setBackend(active);
    const cause = error instanceof Error ? error.message : String(error);
    return { reason: `tfjs-node in ${folder} cannot be used: ${(cause.split('\n')[0] ?? '').replace(/\.$/, '')}` };
  }
}

/**
 * Finds the main module and version of the package without loading it; undefined where it is missing. Node's search from
 * the folder counts, folders for all programs, such as those of `NODE_PATH`, do not.
 */
export function findTensorflowNode(folder: string): { main: string; version: string } | undefined {
  const own = path.resolve(folder);
  const require = createRequire(path.join(own, 'index.js'));
  const places = [own, ...localPaths(require, PACKAGE).map((modules) => path.join(modules, ...PACKAGE.split('/')))];
  for (const place of places) {
    const manifest = path.join(place, 'package.json');
    const content = readManifest(require, manifest);
    if (content?.name === PACKAGE) return { main: path.dirname(require.resolve(manifest)), version: content.version };
  }
  return undefined;
}

function readManifest(require: NodeJS.Require, id: string): { name: string; version: string } | undefined {
  try {
    const content: unknown = require(id);
    if (typeof content !== 'object' || content === null || !('name' in content)) return undefined;
    const version = 'version' in content ? content.version : undefined;
    return { name: String(content.name), version: typeof version === 'string' ? version : 'unknown' };
  } catch {
    return undefined; // Not there; the caller tries elsewhere.
  }
}

/** Node 23 removed helpers that the last release of tfjs-node still calls. */
function addRemovedUtilities(): void {
  const removed = {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: (value: unknown): boolean => Array.isArray(value),
  };
  for (const [name, helper] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value: helper, configurable: true, writable: true });
  }
}

/**
 * Resolves tfjs and its parts to our copy while `load` runs: our copy would not find a backend or kernels that are
 * registered with another one.
 */
function withOurTensorFlow(load: () => void): void {
  const core = { ...tf, KernelBackend: callable(tf.KernelBackend) };
  const union = { ...core, ...layers, CustomCallback: callable(layers.CustomCallback) };
  const ours: Readonly<Record<string, unknown>> = {
    '@tensorflow/tfjs': { ...union, version: { tfjs: tf.version_core, 'tfjs-core': tf.version_core } },
    '@tensorflow/tfjs-core': core,
    '@tensorflow/tfjs-layers': layers,
  };
  const original: unknown = Reflect.get(Module, '_load');
  if (typeof original !== 'function') throw new Error('this Node loads modules in an unknown way');
  const patched = (request: string, ...rest: unknown[]): unknown =>
    request in ours ? ours[request] : Reflect.apply(original, Module, [request, ...rest]);
  Reflect.set(Module, '_load', patched);
  try {
    load();
  } finally {
    Reflect.set(Module, '_load', original);
  }
}

/**
 * tfjs-node is compiled to ES5, whose classes call their base class as a function; the classes of our copy of tfjs
 * refuse that.
 */
function callable<T extends abstract new (...args: never[]) => object>(base: T): T {
  return new Proxy(base, {
    apply: (target, self: object, args: unknown[]) => Reflect.construct(target, args, self.constructor) as object,
  });
}

/** A library may load and still fail to compute. */
function checkSum(): void {
  const total = tf.tidy(() => tf.sum(tf.tensor1d([1, 2, 3.5])).dataSync()[0]);
  if (total !== 6.5 || tf.getBackend() !== BACKEND) throw new Error('it computes wrong sums');
}
