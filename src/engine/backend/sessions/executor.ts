import type { BufferPool } from '../buffers/pool';
import type { InternalOperators } from '../emit/internal-operators';
import { emitModel, type EmittedModel } from '../emit/model';
import { type AdamFinish, splitPlan } from '../finishing/split';
import { vectorAdam } from '../finishing/vector-adam';
import { isNativeType, type NativeArray, sizeOf, toNativeArray } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { PendingValue, Value } from '../graph/value';
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
  /** What the session fetches, by its place in the plan's order. */
  readonly fetched: readonly number[];
  readonly finishes: readonly AdamFinish[];
  readonly model: Omit<EmittedModel, 'bytes'>;
}

interface Result {
  readonly data: NativeArray;
  /** Null until somebody feeds it. */
  readonly tensor: NativeTensor | null;
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
    const { session, model, fetched, finishes } = this.#graphFor(plan);
    const feeds: Record<string, NativeTensor> = {};
    for (const { leaf, name } of model.feeds) feeds[name] = this.#tensorOf(plan.leaves[leaf]!);
    const fetches: Record<string, NativeTensor> = {};
    const results = new Map<PendingValue, Result>();
    fetched.forEach((place, i) => {
      const value = plan.order[place]!;
      const data = this.pool.take(value.dtype, sizeOf(value.shape));
      const tensor = this.runtime.createTensor(value.dtype, data, value.shape);
      fetches[model.outputs[i]!] = tensor;
      results.set(value, { data, tensor });
    });
    const start = performance.now();
    try {
      session.run(feeds, fetches, {});
    } catch (error) {
      throw namedFailure(error);
    }
    for (const finish of finishes) this.#finish(plan, finish, results);
    this.stats.runMs += performance.now() - start;
    for (const value of plan.outputs) {
      const { data, tensor } = results.get(value)!;
      results.delete(value);
      value.data = data;
      value.tensor = tensor;
      value.recyclable = true;
    }
    for (const [{ dtype }, { data }] of results) this.pool.give(dtype, data);
  }

  /** A step of Adam with the gradient that the graph has computed. */
  #finish(
    plan: Plan,
    { beta1, beta2, leaves, gradient, results }: AdamFinish,
    computed: Map<PendingValue, Result>,
  ): void {
    const known = (leaf: number): Float32Array => toNativeArray('float32', plan.leaves[leaf]!.data!) as Float32Array;
    const next = (place: number): Float32Array<ArrayBuffer> => {
      const value = plan.order[place]!;
      const data = this.pool.take('float32', sizeOf(value.shape)) as Float32Array<ArrayBuffer>;
      computed.set(value, { data, tensor: null });
      return data;
    };
    vectorAdam(
      {
        weight: known(leaves.weight),
        first: known(leaves.first),
        second: known(leaves.second),
        gradient: computed.get(plan.order[gradient]!)!.data as Float32Array,
      },
      { beta1, beta2, rate: known(leaves.rate)[0]!, epsilon: known(leaves.epsilon)[0]! },
      { weight: next(results.weight), first: next(results.first), second: next(results.second) },
    );
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
    const { graph, finishes } = splitPlan(plan);
    const { bytes, ...model } = emitModel(graph, slots, this.options.operators);
    const works = graph.order.map(({ node, shape }) => estimateWork(node.operation.kind, shape, node.inputShapes));
    const work = works.reduce((sum, one) => (one < SHARED_OPERATION_WORK ? sum : sum + one), 0);
    const threads = work < SINGLE_THREAD_WORK ? 1 : this.options.threads;
    const options = sessionOptions(threads, model.scratchBytes < MEMORY_PATTERN_BYTES);
    const session = this.runtime.createSession(bytes, options);
    this.stats.compiles++;
    this.stats.compileMs += performance.now() - start;
    const fetched = graph.outputs.map(({ index }) => index);
    return {
      session,
      model,
      fetched,
      finishes,
      bytes: bytes.length + model.scratchBytes,
      dispose: () => session.dispose(),
    };
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
