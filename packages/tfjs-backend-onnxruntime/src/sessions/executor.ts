import type { BufferPool } from '../buffers/pool';
import { applyUpdate } from '../fused-update/apply';
import { isNativeType, type NativeArray, sizeOf, toNativeArray } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { PendingValue, Value } from '../graph/value';
import { CompiledGraph } from './compiled-graph';
import type { ExecutorOptions } from './executor-options';
import { GraphCache } from './graph-cache';
import { runInPlace, stopAfter } from '../binding/in-place';
import type { NativeTensor, OnnxRuntime } from '../binding/types';

/** Counters of an executor. */
export interface ExecutorStats {
  flushes: number;
  compiles: number;
  compileMs: number;
  runMs: number;
}

interface Result {
  readonly data: NativeArray;
  /** Null until the value is fed. */
  readonly tensor: NativeTensor | null;
}

/** Runs plans: compiles each structure once, keeps the sessions used last, feeds leaves and fetches outputs. */
export class Executor {
  readonly stats: ExecutorStats = { flushes: 0, compiles: 0, compileMs: 0, runMs: 0 };
  readonly graphs: GraphCache;

  constructor(
    readonly runtime: OnnxRuntime,
    readonly pool: BufferPool,
    readonly options: ExecutorOptions,
  ) {
    this.graphs = new GraphCache(options.maxSessions, options.maxSessionBytes, this.stats, () => {
      pool.advanceAge();
    });
  }

  /** Number of sessions and an estimate of their bytes. */
  get cached(): { sessions: number; bytes: number } {
    return { sessions: this.graphs.size, bytes: this.graphs.bytes };
  }

  /** Computes the outputs of the plan and stores them in their values. Stores nothing on an error. */
  run(plan: Plan): void {
    this.stats.flushes++;
    const { session, signature, fetched, fusedUpdates } = this.graphs.find(
      plan,
      'whole',
      CompiledGraph,
      (slots) => new CompiledGraph(this.runtime, plan, slots, this.options),
    );
    const feeds: Record<string, NativeTensor> = {};
    for (const { leaf, name } of signature.feeds) feeds[name] = this.#tensorOf(plan.leaves[leaf]!);
    const fetches: Record<string, NativeTensor> = {};
    const results = new Map<PendingValue, Result>();
    let bytes = 0;
    fetched.forEach((index, i) => {
      const value = plan.order[index]!;
      const data = this.pool.take(value.dtype, sizeOf(value.shape));
      const tensor = this.runtime.createTensor(value.dtype, data, value.shape);
      fetches[signature.outputs[i]!] = tensor;
      bytes += data.byteLength;
      results.set(value, { data, tensor });
    });
    const start = performance.now();
    try {
      runInPlace(this.runtime, session, feeds, { ...stopAfter(this.runtime, bytes), ...fetches });
    } catch (error) {
      throw namedFailure(error);
    }
    for (const update of fusedUpdates) {
      const gradient = results.get(plan.order[update.gradient]!)!.data as Float32Array;
      for (const [value, data] of applyUpdate(plan, update, gradient, this.pool)) {
        results.set(value, { data, tensor: null });
      }
    }
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

  dispose(): void {
    this.graphs.clear();
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

/** Adds the failed operation to an error: the name of the failed node, which ONNX Runtime reports, begins with it. */
export function namedFailure(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  const operation = /Name:'([^'/]+)/.exec(message)?.[1];
  return operation === undefined
    ? new Error(message, { cause })
    : new Error(`${operation} failed: ${message}`, { cause });
}
