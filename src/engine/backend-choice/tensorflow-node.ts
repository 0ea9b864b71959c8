import Module, { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { completeGradients } from 'tfjs-backend-onnxruntime';
import type { BackendInfo } from './backend-info';
import { localPaths } from './global-paths';
import { layers } from '../model/layers-model/tfjs-layers';
import { tf } from '../tf';

/** Either the backend that now computes, or one sentence why it is not there. */
export type TensorflowNodeResult = { readonly info: BackendInfo } | { readonly reason: string };

const PACKAGE = '@tensorflow/tfjs-node';
const BACKEND = 'tensorflow';

/**
 * Loads `@tensorflow/tfjs-node` from a folder of the user's, where its native library is already in place, and makes it the
 * backend of tfjs. The folder is the package's own, or one that has it in `node_modules`. Never throws; where it does not
 * work the backend that was active stays so.
 *
 * @param threads how many threads the library may use
 */
export async function loadTensorflowNode(folder: string, threads: number): Promise<TensorflowNodeResult> {
  const active = tf.getBackend();
  try {
    const found = findTensorflowNode(folder);
    if (!found) throw new Error(`there is no ${PACKAGE}`);
    const { main, version } = found;
    for (const name of ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS']) process.env[name] = String(threads);
    // Its greeting about processors is none of the person's business; warnings and errors are.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
    addRemovedUtilities();
    withOurTensorFlow(() => void createRequire(main)(main));
    if (!tf.engine().backendNames().includes(BACKEND)) throw new Error('it registered no backend');
    // tfjs tells a backend that does not start by a false answer, and would compute with another one from then on.
    if (!(await tf.setBackend(BACKEND))) throw new Error('its backend does not start');
    checkSum();
    // For good: this process has the backend until it ends.
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
 * The main module and the version of the package, found without loading it; undefined where it is not there. It is looked for in
 * the folder and where Node would look from there, but not in folders for all programs, such as those of `NODE_PATH`.
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
 * While `load` runs, whatever asks for tfjs or a part of it gets our copy: a backend and kernels registered with another
 * copy would not be found by ours.
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

/** tfjs-node is compiled to ES5, whose classes call their base as a function; the classes of our copy of tfjs refuse that. */
function callable<T extends abstract new (...args: never[]) => object>(base: T): T {
  return new Proxy(base, {
    apply: (target, self: object, args: unknown[]) => Reflect.construct(target, args, self.constructor) as object,
  });
}

/** A library may load and still not compute. */
function checkSum(): void {
  const total = tf.tidy(() => tf.sum(tf.tensor1d([1, 2, 3.5])).dataSync()[0]);
  if (total !== 6.5 || tf.getBackend() !== BACKEND) throw new Error('it computes wrong sums');
}
