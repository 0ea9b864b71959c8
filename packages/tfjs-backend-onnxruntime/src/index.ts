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
export { OnnxFile, OnnxSession } from './onnx-file';
export type { Attribute, Attributes, FileArray, FileElementType, OnnxSessionOptions } from './onnx-file';
export type { FallbackPolicy } from './fallback/cpu-fallback';
export type { Computation, TracedFunction, TraceOptions } from './traced-function';

const MEGABYTE = 2 ** 20;

export interface BackendOptions {
  /** Threads for large graphs; small graphs run on one. Default: the number of processors. */
  readonly threads?: number;
  /** Policy for kernels without a native form. Default `run`: on the cpu kernels. */
  readonly onFallback?: FallbackPolicy;
  /** Receives one sentence about each kernel that falls back and about operators that are not used. */
  readonly log?: (message: string) => void;
  /** False to use standard operators only. Default true: internal operators that pass a test at start. */
  readonly internalOperators?: boolean;
  /** Receives the path of each module of onnxruntime-node before it is loaded, and throws to refuse it. */
  readonly checkModule?: (file: string) => void;
  /**
   * The file `worker.cjs` of this package, which the worker threads run. Default: beside the module. A bundler may move
   * it.
   */
  readonly worker?: string | URL;
  /**
   * The native library, to replace it in tests.
   *
   * @internal
   */
  readonly runtime?: OnnxRuntime;
  /** Maximum number of compiled graphs that are kept. Default 32. */
  readonly maxSessions?: number;
  /** Maximum bytes of compiled graphs, by an estimate that is rather too high. Default 384 MB. */
  readonly maxSessionBytes?: number;
  /**
   * Second-level cache of one core in bytes, which decides the micro-batches. Default: the size that the system
   * reports, or 1 MB.
   */
  readonly cacheBytes?: number;
}

/** Counters of the backend since it was installed. */
export interface BackendStats {
  /** Number of graphs that ran. */
  readonly flushes: number;
  /** Number of compiled graphs, and the milliseconds that took. */
  readonly compiles: number;
  readonly compileMs: number;
  /** Milliseconds within ONNX Runtime. */
  readonly runMs: number;
  /** Compiled graphs that are kept, and an estimate of their bytes. */
  readonly sessions: number;
  readonly sessionBytes: number;
  /** Number of calls of each kernel on the cpu kernels. */
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
 * Makes ONNX Runtime the backend of tfjs. Disposes a backend that was installed before, with all its tensors.
 *
 * @throws Error if ONNX Runtime cannot be loaded on this machine
 */
export async function installBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  disposeBackend();
  const log = options.log ?? (() => undefined);
  const runtime = options.runtime ?? loadRuntime(options.checkModule);
  const wantsInternal = options.internalOperators !== false;
  if (!wantsInternal) log('Only standard operators of ONNX Runtime are used, as requested.');
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

/** Sets the policy for kernels without a native form: cpu kernels or an error. */
export function setFallbackPolicy(policy: FallbackPolicy): void {
  current().fallback.policy = policy;
}

/**
 * Returns the counters of the backend.
 *
 * @throws Error if no backend is installed
 */
export function backendStats(): BackendStats {
  const { backend, fallback } = current();
  const { flushes, compiles, compileMs, runMs } = backend.executor.stats;
  const { sessions, bytes } = backend.executor.cached;
  const fallbacks = Object.fromEntries(fallback.calls);
  return { flushes, compiles, compileMs, runMs, sessions, sessionBytes: bytes, fallbacks };
}

/**
 * Traces a computation for inputs of these shapes. Each run reads the current values of variables and assigns the
 * variables that the computation assigns; other tensors keep their present values. A computation that cannot be
 * recorded runs eagerly.
 *
 * @param shapes shape of each input
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

/**
 * Traces a computation for shares of the examples, or for all of them if that is better; null if it cannot be divided.
 */
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

/** Removes the backend and frees its memory. Does nothing if none is installed. */
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

/**
 * Registers a kernel for each cpu kernel and a few more. A kernel without a native form for its inputs runs the cpu
 * kernel.
 */
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
