import type {} from '../fused-update/webassembly';
import type { OnnxRuntime, SessionOptions } from '../binding/types';
import type { NativeType } from '../graph/native-types';
import type { PlannedTensor } from './memory-plan';

/** A tensor that a worker receives or returns. */
export interface SharedTensor {
  readonly name: string;
  readonly type: NativeType;
  readonly shape: readonly number[];
  /** Byte offset in the memory of the worker. */
  readonly offset: number;
  /**
   * Byte offsets in shared memory for each micro-batch, or one for a tensor that is the same for all. Null for local
   * inputs. Weights have two offsets: an update reads one state and writes the other.
   */
  readonly sharedOffsets: readonly (readonly [number, number])[] | null;
}

/** An all-reduce after a stage: each worker writes its contribution, and all go on with the mean. */
export interface WorkerAllReduce {
  readonly own: string;
  readonly mean: string;
  /** Number of elements. */
  readonly length: number;
  readonly contributions: readonly number[];
}

/** A stage of a graph, which a worker computes without waiting. */
export interface WorkerStage {
  readonly model: Uint8Array;
  /** Names of inputs of the graph or of values of earlier stages. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The additional fetch that keeps the binding from copying outputs. */
  readonly stop: Readonly<Record<string, null>>;
  readonly allReduces: readonly WorkerAllReduce[];
}

/** A graph as one worker runs it. */
export interface WorkerGraph {
  readonly id: number;
  /** Number of micro-batches of the worker's share; 1 if the graph has all-reduces. */
  readonly microBatches: number;
  readonly stages: readonly WorkerStage[];
  readonly options: SessionOptions;
  /** The WebAssembly module of the optimizer update. */
  readonly adam: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly SharedTensor[];
  readonly outputs: readonly SharedTensor[];
  /** The arguments of the worker's updates, for each state of the weights. */
  readonly steps: readonly [readonly WorkerStep[], readonly WorkerStep[]];
  /** Byte offset of the rates and epsilons in shared memory, as 64-bit numbers, and the number of weights. */
  readonly ratesAt: number;
  readonly weights: number;
  /** The other tensors of the stages, in the memory of the worker. */
  readonly planned: readonly PlannedTensor[];
  /** Bytes of the memory of the worker. */
  readonly ownBytes: number;
}

/** An update of a part of a weight, without rate and epsilon. */
export interface WorkerStep {
  /** Index of the weight. */
  readonly weight: number;
  readonly values: readonly number[];
}

/** An order to all workers, except to run a graph. */
export type WorkerOrder =
  | { readonly kind: 'load'; readonly graph: WorkerGraph }
  | { readonly kind: 'forget'; readonly id: number }
  /** Forgets all graphs. */
  | { readonly kind: 'leave' };

/** The start data of a worker. */
export interface PoolWorkerStart {
  readonly stopped: OnnxRuntime['stopped'];
  /** The rank of this worker, and the number of workers. */
  readonly rank: number;
  readonly count: number;
  /**
   * 32-bit numbers: the number of orders; for each worker the number of orders done; for each worker the number of
   * barriers reached, up to which others may read its data; then 1 if the order is to run a graph, the id of the graph,
   * and the state of its weights.
   */
  readonly control: SharedArrayBuffer;
  /** The memory that all workers share. */
  readonly memory: WebAssembly.Memory<SharedArrayBuffer>;
}

/** Values by the name of the input: for each micro-batch, or once if they are the same for all. */
export type LocalInputs = ReadonlyMap<string, readonly ArrayLike<number>[]>;

/** A worker of a pool. */
export interface PoolWorker {
  readonly obey: (order: WorkerOrder) => void;
  /**
   * Runs a graph with one state of the weights. When all workers have run it, they update the weights.
   *
   * @param localInputs values of the inputs that are not in shared memory
   */
  readonly run: (id: number, state: 0 | 1, localInputs: LocalInputs) => void;
}
