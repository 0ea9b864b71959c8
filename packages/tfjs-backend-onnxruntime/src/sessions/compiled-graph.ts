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
/** The same for one of many small ones that have no memory of their own. */
const STAGE_BYTES = 2 ** 19;

/** How a session is opened. */
interface Opening {
  readonly options: SessionOptions;
  /** An estimate of what it will hold beside what the caller has a place for. */
  readonly bytes: number;
}

/** A graph with all-reduces, as a thread runs it. */
export interface PreparedStages extends Opening {
  readonly signature: ModelSignature;
  readonly stages: readonly Stage[];
}

/** Writes a graph in the stages between its all-reduces, each of which may use so many threads of its own. */
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
  // Nodes stay as they are, since memory is planned for them; what is left is too small to keep memory for.
  const ownOptions = { ...options, enableCpuMemArena: false, graphOptimizationLevel: 'disabled' } as const;
  return { signature, stages, options: ownOptions, bytes };
}

function openingOf(model: Uint8Array, { scratchBytes }: ModelSignature, threads: number): Opening {
  const hasPattern = scratchBytes < MEMORY_PATTERN_BYTES;
  const factor = hasPattern ? ARENA_AND_PATTERN_FACTOR : ARENA_FACTOR;
  return { options: sessionOptions(threads, hasPattern), bytes: SESSION_BYTES + model.length + factor * scratchBytes };
}

/** How many of the threads a graph is worth. */
function threadsFor(graph: Plan, threads: number): number {
  return sharedWork(graph) < SINGLE_THREAD_WORK ? 1 : threads;
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
  readonly fusedUpdates: readonly FusedUpdate[];
  readonly signature: ModelSignature;

  /** @throws Error where ONNX Runtime does not accept it */
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
