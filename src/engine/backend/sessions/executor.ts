import type { BufferPool } from '../buffers/pool';
import type { InternalOperators } from '../emit/internal-operators';
import { emitModel, type EmittedModel } from '../emit/model';
import { isNativeType, sizeOf, toNativeArray } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { Value } from '../graph/value';
import { estimateWork } from '../graph/work';
import type { Disposable } from './lru-cache';
import { LruCache } from './lru-cache';
import type { NativeSession, NativeTensor, OnnxRuntime, SessionOptions } from './runtime';
import { ScalarSlots } from './scalar-slots';

/**
 * Graphs of less work than this run on one thread: each session has a thread pool of its own, and waking it costs. Operations
 * of less work than the second do not count, as each of them would have to wake it.
 */
const SINGLE_THREAD_WORK = 2.5e7;
const SHARED_OPERATION_WORK = 5e6;
/**
 * Graphs with less memory than this, by estimate, run by a pattern of it: one block for all intermediates, beside the pieces
 * of the first run. That saves what an allocation costs for each of many small operators; large ones would only double.
 */
const MEMORY_PATTERN_BYTES = 2 ** 26;
const GRAPHS_KNOWN = 1024;

export interface ExecutorOptions {
  readonly threads: number;
  readonly operators: InternalOperators;
  readonly maxSessions: number;
  readonly maxSessionBytes: number;
}

/** Counts of what an executor did. */
export interface ExecutorStats {
  flushes: number;
  compiles: number;
  compileMs: number;
  runMs: number;
}

interface CompiledGraph extends Disposable {
  readonly session: NativeSession;
  readonly model: Omit<EmittedModel, 'bytes'>;
}

/** The session options of all graphs. */
export function sessionOptions(threads: number, enableMemPattern = false): SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4, // Errors reach the caller as exceptions; the library need not print them as well.
    // Threads that spin between operators are a little faster on an idle machine and ruinous on a busy one.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

/** Runs plans: compiles each structure once, keeps the sessions used last, feeds leaves and fills outputs. */
export class Executor {
  readonly stats: ExecutorStats = { flushes: 0, compiles: 0, compileMs: 0, runMs: 0 };
  readonly #sessions: LruCache<CompiledGraph>;
  readonly #slots = new LruCache<ScalarSlots>(GRAPHS_KNOWN, Number.POSITIVE_INFINITY);

  constructor(
    readonly runtime: OnnxRuntime,
    readonly pool: BufferPool,
    readonly options: ExecutorOptions,
  ) {
    this.#sessions = new LruCache(options.maxSessions, options.maxSessionBytes);
  }

  /** Sessions alive and an estimate of the bytes they hold. */
  get cached(): { sessions: number; bytes: number } {
    return { sessions: this.#sessions.size, bytes: this.#sessions.bytes };
  }

  /** Computes the plan's outputs and stores them in their values. On an error nothing is stored. */
  run(plan: Plan): void {
    this.stats.flushes++;
    const { session, model } = this.#graphFor(plan);
    const feeds: Record<string, NativeTensor> = {};
    for (const { leaf, name } of model.feeds) feeds[name] = this.#tensorOf(plan.leaves[leaf]!);
    const fetches: Record<string, NativeTensor> = {};
    const results = plan.outputs.map((value, i) => {
      const data = this.pool.take(value.dtype, sizeOf(value.shape));
      const tensor = this.runtime.createTensor(value.dtype, data, value.shape);
      fetches[model.outputs[i]!] = tensor;
      return { value, data, tensor };
    });
    const start = performance.now();
    try {
      session.run(feeds, fetches, {});
    } catch (error) {
      throw namedFailure(error);
    }
    this.stats.runMs += performance.now() - start;
    for (const { value, data, tensor } of results) {
      value.data = data;
      value.tensor = tensor;
      value.recyclable = true;
    }
  }

  dispose(): void {
    this.#sessions.clear();
    this.#slots.clear();
  }

  #graphFor(plan: Plan): CompiledGraph {
    let slots = this.#slots.get(plan.key);
    if (slots === undefined) {
      slots = new ScalarSlots(plan.leaves);
      this.#slots.set(plan.key, slots);
    } else if (slots.promoteChanged(plan.leaves)) {
      this.#sessions.delete(plan.key);
    }
    let graph = this.#sessions.get(plan.key);
    if (graph === undefined) {
      graph = this.#compile(plan, slots);
      this.#sessions.set(plan.key, graph);
    }
    return graph;
  }

  #compile(plan: Plan, slots: ScalarSlots): CompiledGraph {
    const start = performance.now();
    const { bytes, ...model } = emitModel(plan, slots, this.options.operators);
    const works = plan.order.map(({ node, shape }) => estimateWork(node.operation.kind, shape, node.inputShapes));
    const work = works.reduce((sum, one) => (one < SHARED_OPERATION_WORK ? sum : sum + one), 0);
    const threads = work < SINGLE_THREAD_WORK ? 1 : this.options.threads;
    const options = sessionOptions(threads, model.scratchBytes < MEMORY_PATTERN_BYTES);
    const session = this.runtime.createSession(bytes, options);
    this.stats.compiles++;
    this.stats.compileMs += performance.now() - start;
    return { session, model, bytes: bytes.length + model.scratchBytes, dispose: () => session.dispose() };
  }

  #tensorOf(leaf: Value): NativeTensor {
    if (leaf.tensor !== null) return leaf.tensor;
    if (!isNativeType(leaf.dtype) || leaf.data === null) throw new Error('A graph input has no data.');
    const data = toNativeArray(leaf.dtype, leaf.data);
    leaf.data = data;
    leaf.tensor = this.runtime.createTensor(leaf.dtype, data, leaf.shape);
    return leaf.tensor;
  }
}

/** ONNX Runtime tells the name of the node that failed, which begins with the operation it was written for. */
function namedFailure(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  const operation = /Name:'([^'/]+)/.exec(message)?.[1];
  return operation === undefined
    ? new Error(message, { cause })
    : new Error(`${operation} failed: ${message}`, { cause });
}
