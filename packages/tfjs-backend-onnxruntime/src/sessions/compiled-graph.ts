import type { InternalOperators } from '../emit/internal-operators';
import { draftModel, emitModel, type ModelSignature } from '../emit/model';
import { encodeDraft } from '../encoding/draft';
import { splitIntoStages, type Stage, wholeStage } from '../encoding/stages';
import { type FusedUpdate, splitPlan } from '../fused-update/split';
import type { Plan } from '../graph/plan';
import { estimateWork } from '../graph/work';
import type { ExecutorOptions } from './executor-options';
import type { Disposable } from './lru-cache';
import { inferShapes } from './inferred-shapes';
import type { NativeSession, OnnxRuntime, SessionOptions } from '../binding/types';
import { sessionOptions } from '../binding/session-options';
import type { ScalarSlots } from './scalar-slots';

/**
 * Graphs with less work run on one thread: each session has its own thread pool, and waking it costs time. Operations
 * below the second limit do not count, because each of them would have to wake the pool.
 */
const SINGLE_THREAD_WORK = 2.5e7;
const SHARED_OPERATION_WORK = 5e6;
/**
 * Graphs with a smaller memory estimate use a memory pattern: one block for all intermediate values, beside the blocks
 * of the first run. That saves the allocations of many small operators; large graphs would only take twice the memory.
 */
const MEMORY_PATTERN_BYTES = 2 ** 25;
/** An arena grows by doubling, so it holds more than the peak. A pattern comes on top of it. */
const ARENA_FACTOR = 1.5;
const ARENA_AND_PATTERN_FACTOR = 3;
/** Bytes of a session besides its model and intermediate values. */
const SESSION_BYTES = 2 ** 21;
/** Bytes of the session of a stage, which has no arena. */
const STAGE_BYTES = 2 ** 19;

/** The options of a session and its memory. */
interface Opening {
  readonly options: SessionOptions;
  /** Estimated bytes of the session, without memory that the caller provides. */
  readonly bytes: number;
}

/** A graph in stages, as a worker runs it. */
export interface PreparedStages extends Opening {
  readonly signature: ModelSignature;
  readonly stages: readonly Stage[];
}

/**
 * Writes a graph in stages, separated by its all-reduces.
 *
 * @param threads number of threads that each stage may use
 */
export function prepareStages(
  runtime: OnnxRuntime,
  graph: Plan,
  slots: ScalarSlots,
  operators: InternalOperators,
  threads: number,
): PreparedStages {
  const used = threadsFor(graph, threads);
  const { draft, ...signature } = draftModel(graph, slots, operators, used);
  if (graph.reduced.size === 0) {
    const model = encodeDraft(draft);
    return { signature, stages: [wholeStage(draft, model)], ...openingOf(model, signature, used) };
  }
  const options = sessionOptions(used);
  const stages = splitIntoStages(draft, inferShapes(runtime, draft, options));
  const bytes = stages.reduce((sum, { model }) => sum + STAGE_BYTES + model.length, 0);
  // The memory plan needs the nodes as they are; the rest is too small for an arena.
  const ownOptions = { ...options, enableCpuMemArena: false, graphOptimizationLevel: 'disabled' } as const;
  return { signature, stages, options: ownOptions, bytes };
}

function openingOf(model: Uint8Array, { scratchBytes }: ModelSignature, threads: number): Opening {
  const hasPattern = scratchBytes < MEMORY_PATTERN_BYTES;
  const factor = hasPattern ? ARENA_AND_PATTERN_FACTOR : ARENA_FACTOR;
  return { options: sessionOptions(threads, hasPattern), bytes: SESSION_BYTES + model.length + factor * scratchBytes };
}

/** Number of threads for a graph. */
function threadsFor(graph: Plan, threads: number): number {
  return sharedWork(graph) < SINGLE_THREAD_WORK ? 1 : threads;
}

/** The work of the operations that are worth several threads. */
function sharedWork({ order }: Plan): number {
  const works = order.map(({ node, shape }) => estimateWork(node.operation.kind, shape, node.inputShapes));
  return works.reduce((sum, one) => (one < SHARED_OPERATION_WORK ? sum : sum + one), 0);
}

/** A compiled plan. */
export class CompiledGraph implements Disposable {
  readonly bytes: number;
  readonly session: NativeSession;
  /** Index in the order of the plan of each fetched value. */
  readonly fetched: readonly number[];
  readonly fusedUpdates: readonly FusedUpdate[];
  readonly signature: ModelSignature;

  /** @throws Error if ONNX Runtime does not accept the graph */
  constructor(runtime: OnnxRuntime, plan: Plan, slots: ScalarSlots, { operators, threads }: ExecutorOptions) {
    const { graph, fusedUpdates } = splitPlan(plan);
    const used = threadsFor(graph, threads);
    const { bytes: model, ...signature } = emitModel(graph, slots, operators, used);
    const { options, bytes } = openingOf(model, signature, used);
    this.session = runtime.createSession(model, options);
    this.signature = signature;
    this.fusedUpdates = fusedUpdates;
    this.fetched = graph.outputs.map(({ index }) => index);
    this.bytes = bytes;
  }

  dispose(): void {
    this.session.dispose();
  }
}
