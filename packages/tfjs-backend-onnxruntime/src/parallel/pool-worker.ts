import type {} from '../fused-update/webassembly';
import type { NativeArray, NativeType } from '../graph/native-types';
import type { PlannedTensor } from './memory-plan';
import type { NativeRuntime, NativeTensor, OnnxRuntime, SessionOptions } from '../binding/types';

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

/** Creates a worker: it obeys orders and waits for the others at barriers. */
export function createPoolWorker(
  { rank, count, memory, stopped, control: orders }: PoolWorkerStart,
  runtime: NativeRuntime,
): PoolWorker {
  const control = new Int32Array(orders);
  const firstBarrier = 1 + count;
  /** About 200 microseconds: workers with equal work arrive together, and waking one takes as long. */
  const spins = 20_000;
  const arrays = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array };
  interface Loaded {
    readonly run: (state: 0 | 1, localInputs: LocalInputs) => void;
    readonly step: (state: 0 | 1) => void;
    readonly barriers: number;
    readonly dispose: () => void;
  }
  const graphs = new Map<number, Loaded>();
  /**
   * ONNX Runtime refuses shared memory: each tensor has an array here and one in shared memory. All graphs use the same
   * memory.
   */
  let ownMemory = new ArrayBuffer(0);
  /**
   * Vector instructions need whole cache lines. The C library of Linux takes blocks of this size or more from the
   * system and puts 16 bytes of its own before them. Pages that are never written take no memory.
   */
  const fromSystem = 2 ** 25 + 2 ** 12;
  const firstLine = process.platform === 'linux' && process.versions['electron'] === undefined ? 48 : 0;
  const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

  /** Number of barriers that this worker has reached, over all its graphs. */
  let passed = 0;
  const arrive = (barriers: number): void => {
    passed = barriers;
    Atomics.store(control, firstBarrier + rank, passed);
    Atomics.notify(control, firstBarrier + rank);
  };
  /** Waits until all workers have reached the same barrier. */
  const barrier = (): void => {
    arrive(passed + 1);
    for (let other = firstBarrier; other < firstBarrier + count; other++) {
      let seen = Atomics.load(control, other);
      for (let i = 0; i < spins && seen < passed; i++) seen = Atomics.load(control, other);
      for (; seen < passed; seen = Atomics.load(control, other)) Atomics.wait(control, other, seen);
    }
  };

  const loadGraph = (graph: WorkerGraph): void => {
    const { id, microBatches, stages, options, inputs, outputs, planned, ownBytes } = graph;
    const needed = firstLine + ownBytes;
    if (ownMemory.byteLength < needed) ownMemory = new ArrayBuffer(Math.max(needed, fromSystem));
    const buffer = ownMemory;
    const tensors = new Map<string, { readonly data: NativeArray; readonly tensor: NativeTensor }>();
    for (const { name, type, shape, offset } of [...inputs, ...outputs, ...planned]) {
      const data = new arrays[type](buffer, firstLine + offset, sizeOf(shape)) as NativeArray;
      tensors.set(name, { data, tensor: runtime.createTensor(type, data, shape) });
    }
    const shared = (ports: readonly SharedTensor[]) =>
      ports.flatMap(({ name, sharedOffsets }) => {
        const { byteOffset, byteLength } = tensors.get(name)!.data;
        const own = new Uint8Array(buffer, byteOffset, byteLength);
        const at = (start: number) => new Uint8Array(memory.buffer, start, byteLength);
        return sharedOffsets ? [{ own, arrays: sharedOffsets.map((offsets) => offsets.map(at)) }] : [];
      });
    const [sharedInputs, sharedOutputs] = [shared(inputs), shared(outputs)];
    const tensorsOf = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, tensors.get(name)!.tensor] as const));
    const loaded = stages.map((stage) => {
      const session = runtime.createSession(stage.model, options);
      const feeds = tensorsOf(stage.inputs);
      const fetches = { ...stage.stop, ...tensorsOf(stage.outputs) };
      const allReduces = stage.allReduces.map(({ own, mean, length, contributions }) => ({
        own: tensors.get(own)!.data,
        mean: tensors.get(mean)!.data,
        contributions: contributions.map((start) => new Float32Array(memory.buffer, start, length)),
      }));
      return { session, feeds, fetches, allReduces };
    });
    const runMicroBatch = (index: number, state: 0 | 1, localInputs: LocalInputs): void => {
      for (const { own, arrays: shared } of sharedInputs) if (index < shared.length) own.set(shared[index]![state]!);
      for (const [name, values] of localInputs) if (index < values.length) tensors.get(name)!.data.set(values[index]!);
      for (const { session, feeds, fetches, allReduces } of loaded) {
        try {
          session.run(feeds, fetches, {});
        } catch (error) {
          if (!(error instanceof Error) || error.message !== stopped) throw error;
        }
        if (allReduces.length === 0) continue;
        for (const { own, contributions } of allReduces) contributions[rank]!.set(own);
        barrier();
        for (const { mean, contributions } of allReduces) {
          for (let i = 0; i < mean.length; i++) {
            let sum = 0;
            for (const part of contributions) sum += part[i]!;
            mean[i] = sum / count;
          }
        }
      }
      for (const { own, arrays: shared } of sharedOutputs) shared[index]![0]!.set(own);
    };
    const run: Loaded['run'] = (state, localInputs) => {
      for (let index = 0; index < microBatches; index++) runMicroBatch(index, state, localInputs);
    };
    const exports = new WebAssembly.Instance(new WebAssembly.Module(graph.adam), { host: { memory } }).exports;
    const stepWeight = exports['step'] as (...values: number[]) => void;
    const rates = new Float64Array(memory.buffer, graph.ratesAt, 2 * graph.weights);
    const step: Loaded['step'] = (state) => {
      for (const { weight, values } of graph.steps[state]) {
        stepWeight(...values, rates[2 * weight]!, rates[2 * weight + 1]!);
      }
    };
    const dispose = (): void => {
      for (const { session } of loaded) session.dispose();
    };
    const hasSteps = graph.weights > 0 ? 1 : 0;
    const barriers = loaded.filter((stage) => stage.allReduces.length > 0).length + hasSteps;
    graphs.set(id, { run, step, barriers, dispose });
  };

  const obey = (order: WorkerOrder): void => {
    if (order.kind === 'load') loadGraph(order.graph);
    else if (order.kind === 'forget') {
      graphs.get(order.id)?.dispose();
      graphs.delete(order.id);
    } else {
      for (const { dispose } of graphs.values()) dispose();
      graphs.clear();
      ownMemory = new ArrayBuffer(0);
    }
  };

  const runGraph: PoolWorker['run'] = (id, state, localInputs) => {
    const { run, step, barriers } = graphs.get(id)!;
    const before = passed;
    try {
      run(state, localInputs);
      if (passed < before + barriers) barrier();
      step(state);
    } finally {
      arrive(before + barriers); // The others must not wait for a worker that failed.
    }
  };
  return { obey, run: runGraph };
}
