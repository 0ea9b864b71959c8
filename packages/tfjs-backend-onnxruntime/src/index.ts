import { availableParallelism } from 'node:os';
import type { BackendInfo } from './backend-info';
import { BufferPool } from './buffers/pool';
import { CpuFallback, type FallbackPolicy } from './fallback/cpu-fallback';
import { completeGradients } from './gradients/completed';
import { nativeKernels } from './kernels/index';
import { OWN_KERNELS } from './kernels/own-kernels';
import { STANDARD_OPERATORS } from './emit/internal-operators';
import { findInternalOperators } from './self-test/internal-operators';
import { OnnxBackend } from './onnx-backend';
import { Divided } from './parallel/divided';
import { cacheBytesOfCore } from './parallel/cache';
import { workersFor, sharesOf } from './parallel/division';
import { WorkerPoolRegistry } from './parallel/worker-pools';
import { workerFile } from './parallel/worker-file';
import { EagerFunction, type Computation, type TracedFunction, type TraceOptions } from './traced-function';
import { compileFunction } from './compiled-function';
import { Executor } from './sessions/executor';
import type { OnnxRuntime } from './binding/types';
import { loadRuntime } from './binding/runtime';
import { BACKEND_NAME, watchStepBoundaries } from './step-boundary';
import { tf } from './tf';

export type { BackendInfo } from './backend-info';
export { completeGradients } from './gradients/completed';
export { runtimeVersion } from './binding/runtime';
export { adamStep } from './adam-step';
export type { FallbackPolicy } from './fallback/cpu-fallback';
export type { Computation, TracedFunction, TraceOptions } from './traced-function';

const MEGABYTE = 2 ** 20;

export interface BackendOptions {
  /** Threads for large graphs; small ones run on one. Default: as many as there are processors. */
  readonly threads?: number;
  /** What happens to kernels without a native form. Default `run`: on the cpu kernels. */
  readonly onFallback?: FallbackPolicy;
  /** Gets one sentence for each kind of kernel that falls back, and about operators that are not used. */
  readonly log?: (message: string) => void;
  /** Whether ONNX Runtime's internal operators may be used where they are found to work. Default true. */
  readonly internalOperators?: boolean;
  /** Gets the path of each module of onnxruntime-node before it is loaded, and throws to refuse it. */
  readonly checkModule?: (file: string) => void;
  /** The file `worker.cjs` of this package, from which threads start. Default: beside the module. A bundler may move it. */
  readonly worker?: string | URL;
  /**
   * The native library, where it is not to be loaded anew.
   * @internal
   */
  readonly runtime?: OnnxRuntime;
  /** How many compiled graphs are kept. Default 32. */
  readonly maxSessions?: number;
  /** How many bytes they may hold, by an estimate that is rather too high. Default 384 MB. */
  readonly maxSessionBytes?: number;
  /** Second-level cache of one core, by which batches are computed in micro-batches. Default: what the system tells, or 1 MB. */
  readonly cacheBytes?: number;
}

/** What the backend has done since it was installed. */
export interface BackendStats {
  /** Graphs run. */
  readonly flushes: number;
  /** Graphs compiled, and how long that took. */
  readonly compiles: number;
  readonly compileMs: number;
  /** Time within ONNX Runtime. */
  readonly runMs: number;
  /** Compiled graphs alive and an estimate of the bytes they hold. */
  readonly sessions: number;
  readonly sessionBytes: number;
  /** How often each kernel ran on the cpu kernels. */
  readonly fallbacks: Readonly<Record<string, number>>;
}

interface Installed {
  readonly info: BackendInfo;
  readonly backend: OnnxBackend;
  readonly fallback: CpuFallback;
  readonly workerPools: WorkerPoolRegistry;
  readonly threads: number;
  readonly cacheBytes: number;
  readonly unwatch: () => void;
  readonly restoreGradients: () => void;
}

let installed: Installed | null = null;

/**
 * Makes ONNX Runtime the backend of tfjs. A backend installed before is disposed, together with all its tensors.
 *
 * @throws Error where ONNX Runtime cannot be loaded on this machine
 */
export async function installBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  disposeBackend();
  const log = options.log ?? (() => undefined);
  const runtime = options.runtime ?? loadRuntime(options.checkModule);
  const wantsInternal = options.internalOperators !== false;
  if (!wantsInternal) log('Standard operators of ONNX Runtime only are used, as asked for.');
  const operators = wantsInternal ? findInternalOperators(runtime, log) : STANDARD_OPERATORS;
  const maxSessions = options.maxSessions ?? 32;
  const pool = new BufferPool(64 * MEGABYTE, maxSessions);
  const { threads = availableParallelism() } = options;
  const executor = new Executor(runtime, pool, {
    threads,
    operators,
    maxSessions,
    maxSessionBytes: options.maxSessionBytes ?? 384 * MEGABYTE,
  });
  const backend = new OnnxBackend(executor, pool);
  const fallback = new CpuFallback(backend, options.onFallback ?? 'run', log);
  tf.registerBackend(BACKEND_NAME, () => backend);
  registerKernels(backend, fallback);
  await tf.setBackend(BACKEND_NAME);
  const info: BackendInfo = {
    name: BACKEND_NAME,
    version: runtime.version,
    threads,
    blockedLayout: operators.block > 0,
  };
  const workerPools = new WorkerPoolRegistry(executor, options.worker ?? workerFile(), log);
  installed = {
    info,
    backend,
    fallback,
    workerPools,
    threads,
    cacheBytes: options.cacheBytes ?? cacheBytesOfCore(),
    unwatch: watchStepBoundaries(backend),
    restoreGradients: completeGradients(),
  };
  return info;
}

/** Sets whether kernels without a native form run on the cpu kernels or throw. */
export function setFallbackPolicy(policy: FallbackPolicy): void {
  current().fallback.policy = policy;
}

/** @throws Error where no backend is installed */
export function backendStats(): BackendStats {
  const { backend, fallback } = current();
  const { flushes, compiles, compileMs, runMs } = backend.executor.stats;
  const { sessions, bytes } = backend.executor.cached;
  const fallbacks = Object.fromEntries(fallback.calls);
  return { flushes, compiles, compileMs, runMs, sessions, sessionBytes: bytes, fallbacks };
}

/**
 * A computation for inputs of these shapes, recorded once where that can be: variables that it reads are read as they are at
 * each run, those that it assigns are assigned; other tensors keep the values that they have now.
 */
export function trace(
  compute: Computation,
  shapes: readonly (readonly number[])[],
  { examples = [] }: TraceOptions = {},
): TracedFunction {
  if (installed === null || tf.getBackend() !== BACKEND_NAME) return new EagerFunction(compute, shapes);
  return divided(installed, compute, shapes, examples) ?? undivided(installed.backend, compute, shapes);
}

const undivided = (
  backend: OnnxBackend,
  compute: Computation,
  shapes: readonly (readonly number[])[],
): TracedFunction => compileFunction(backend, compute, shapes) ?? new EagerFunction(compute, shapes);

/** A computation for shares of the examples, or for all of them if that is found to be better; null where it knows nothing of them. */
function divided(
  { backend, workerPools, threads, cacheBytes }: Installed,
  compute: Computation,
  shapes: readonly (readonly number[])[],
  inputs: readonly number[],
): TracedFunction | null {
  const rows = inputs.length === 0 ? 1 : (shapes[inputs[0]!]?.[0] ?? 1);
  if (rows === 1) return null;
  const one = { inputs, workers: workersFor(rows, threads), microBatches: 1 };
  const share = compileFunction(backend, compute, shapes, one);
  const microBatches = share?.microBatches(one, cacheBytes) ?? 1;
  const division = { ...one, microBatches };
  if (share === null || sharesOf(division) === 1) return share;
  if (microBatches > 1) share.dispose();
  const compiled = microBatches > 1 ? compileFunction(backend, compute, shapes, division) : share;
  return compiled && new Divided(compiled, workerPools.of(one.workers), () => undivided(backend, compute, shapes));
}

/** Removes the backend and frees what it holds. Does nothing where none is installed. */
export function disposeBackend(): void {
  if (installed === null) return;
  installed.unwatch();
  installed.restoreGradients();
  for (const { kernelName } of tf.getKernelsForBackend(BACKEND_NAME)) tf.unregisterKernel(kernelName, BACKEND_NAME);
  tf.removeBackend(BACKEND_NAME);
  installed.workerPools.dispose();
  installed = null;
}

function current(): Installed {
  if (installed === null) throw new Error('No backend is installed.');
  return installed;
}

/** For each cpu kernel one of ours, and a few more: native where it has a form for the inputs at hand, else the cpu kernel itself. */
function registerKernels(backend: OnnxBackend, fallback: CpuFallback): void {
  const names = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  for (const kernelName of [...names, ...OWN_KERNELS]) {
    const native = nativeKernels.get(kernelName);
    tf.registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: ({ inputs, attrs = {} }) =>
        native?.(inputs, attrs, backend) ?? fallback.run(kernelName, inputs, attrs),
    });
  }
}
