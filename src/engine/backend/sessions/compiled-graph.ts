import type { InternalOperators } from '../emit/internal-operators';
import { emitModel, type EmittedModel } from '../emit/model';
import { type AdamFinish, splitPlan } from '../finishing/split';
import type { Plan } from '../graph/plan';
import { estimateWork } from '../graph/work';
import type { ExecutorOptions } from './executor';
import type { Disposable } from './lru-cache';
import type { NativeSession, OnnxRuntime, SessionOptions } from './runtime';
import type { ScalarSlots } from './scalar-slots';

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
const MEMORY_PATTERN_BYTES = 2 ** 25;
/** A session's arena grows by doubling: it holds more than what is in use at a time. A pattern comes on top of it. */
const ARENA_FACTOR = 1.5;
const ARENA_AND_PATTERN_FACTOR = 3;
/** What a session takes beside its model and its intermediates. */
const SESSION_BYTES = 2 ** 21;

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

/** A graph as an ONNX model, and the options to run it with. */
export interface PreparedGraph {
  readonly emitted: EmittedModel;
  readonly options: SessionOptions;
  /** An estimate of what its session will hold. */
  readonly bytes: number;
}

/** Writes a graph that may use so many threads. */
export function prepareGraph(
  graph: Plan,
  slots: ScalarSlots,
  operators: InternalOperators,
  threads: number,
): PreparedGraph {
  const used = sharedWork(graph) < SINGLE_THREAD_WORK ? 1 : threads;
  const emitted = emitModel(graph, slots, operators, used);
  const hasPattern = emitted.scratchBytes < MEMORY_PATTERN_BYTES;
  const factor = hasPattern ? ARENA_AND_PATTERN_FACTOR : ARENA_FACTOR;
  const bytes = SESSION_BYTES + emitted.bytes.length + factor * emitted.scratchBytes;
  return { emitted, options: sessionOptions(used, hasPattern), bytes };
}

/** The work of operations that are worth several threads. */
function sharedWork({ order }: Plan): number {
  const works = order.map(({ node, shape }) => estimateWork(node.operation.kind, shape, node.inputShapes));
  return works.reduce((sum, one) => (one < SHARED_OPERATION_WORK ? sum : sum + one), 0);
}

/** A plan that is ready to run. */
export class CompiledGraph implements Disposable {
  readonly bytes: number;
  readonly session: NativeSession;
  /** What the session fetches, by its place in the plan's order. */
  readonly fetched: readonly number[];
  readonly finishes: readonly AdamFinish[];
  readonly model: Omit<EmittedModel, 'bytes'>;

  /** @throws Error where ONNX Runtime does not accept it */
  constructor(runtime: OnnxRuntime, plan: Plan, slots: ScalarSlots, { operators, threads }: ExecutorOptions) {
    const { graph, finishes } = splitPlan(plan);
    const { emitted, options, bytes } = prepareGraph(graph, slots, operators, threads);
    const { bytes: encoded, ...model } = emitted;
    this.session = runtime.createSession(encoded, options);
    this.model = model;
    this.finishes = finishes;
    this.fetched = graph.outputs.map(({ index }) => index);
    this.bytes = bytes;
  }

  dispose(): void {
    this.session.dispose();
  }
}
