import type {} from '../fused-update/webassembly';
import type { NativeArray, NativeType } from '../graph/native-types';
import type { PlannedTensor } from './memory-plan';
import type { NativeRuntime, NativeTensor, OnnxRuntime, SessionOptions } from '../binding/types';

/** A tensor that comes to a worker, or goes from it. */
export interface SharedTensor {
  readonly name: string;
  readonly type: NativeType;
  readonly shape: readonly number[];
  /** Where its bytes begin in the worker's own memory. */
  readonly offset: number;
  /**
   * Where they begin in the memory that all share, for each micro-batch, or once where they are the same at all; null for what is at
   * hand at each run. Weights are there twice: an optimiser's step reads them from one place and writes them to the other.
   */
  readonly sharedOffsets: readonly (readonly [number, number])[] | null;
}

/** What threads bring together after a stage: each its own numbers, in a place for each, and all go on with the mean. */
export interface WorkerAllReduce {
  readonly own: string;
  readonly mean: string;
  /** How many numbers. */
  readonly length: number;
  readonly contributions: readonly number[];
}

/** A part of a graph, for which a thread has all it needs. */
export interface WorkerStage {
  readonly model: Uint8Array;
  /** Names of inputs of the graph, or of what earlier stages have computed. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What to fetch beside so that outputs are not copied. */
  readonly stop: Readonly<Record<string, null>>;
  readonly allReduces: readonly WorkerAllReduce[];
}

/** A graph as one thread has it. */
export interface WorkerGraph {
  readonly id: number;
  /** How many parts of its share of the examples it computes one after the other. Where it reduces with others, it has but one. */
  readonly microBatches: number;
  readonly stages: readonly WorkerStage[];
  readonly options: SessionOptions;
  /** The module of an optimiser's step. */
  readonly adam: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly SharedTensor[];
  readonly outputs: readonly SharedTensor[];
  /** For either place of the weights: what the optimiser's step is called with for those of which the worker steps a part. */
  readonly steps: readonly [readonly WorkerStep[], readonly WorkerStep[]];
  /** Where rate and epsilon of each weight are in shared memory, as 64-bit numbers, and of how many weights. */
  readonly ratesAt: number;
  readonly weights: number;
  /** What else stages compute, in its own memory. */
  readonly planned: readonly PlannedTensor[];
  /** How much memory of its own it needs. */
  readonly ownBytes: number;
}

/** A step of the optimiser, but rate and epsilon. */
export interface WorkerStep {
  /** Which of the weights it is for. */
  readonly weight: number;
  readonly values: readonly number[];
}

/** What all workers do next, unless they run a graph. */
export type WorkerOrder =
  | { readonly kind: 'load'; readonly graph: WorkerGraph }
  | { readonly kind: 'forget'; readonly id: number }
  /** Forgets all graphs. */
  | { readonly kind: 'leave' };

/** What a worker of a pool knows from the start. */
export interface PoolWorkerStart {
  readonly stopped: OnnxRuntime['stopped'];
  /** The rank of this worker, and how many sharedOffsets are. */
  readonly rank: number;
  readonly count: number;
  /**
   * 32-bit numbers: how many orders have been given; then for each worker how many it has done; then for each how many
   * barriers it has reached, up to which others may read what it has written; then 1 if the order is to run a graph, and
   * which, and in which place its weights are.
   */
  readonly control: SharedArrayBuffer;
  /** What the workers exchange. */
  readonly memory: WebAssembly.Memory<SharedArrayBuffer>;
}

/** Values by the name of the input: for each micro-batch, or once where they are the same at all. */
export type LocalInputs = ReadonlyMap<string, readonly ArrayLike<number>[]>;

/** A worker of a pool. */
export interface PoolWorker {
  readonly obey: (order: WorkerOrder) => void;
  /**
   * Runs a graph with the weights in the first place or in the second. When all workers have run it, they step the weights.
   * @param localInputs the values of the inputs that are not in shared memory
   */
  readonly run: (id: number, state: 0 | 1, localInputs: LocalInputs) => void;
}

/** Runs the part of one worker of a pool: does what it is ordered to do, together with the others at barriers. */
export function createPoolWorker(
  { rank, count, memory, stopped, control: orders }: PoolWorkerStart,
  runtime: NativeRuntime,
): PoolWorker {
  const control = new Int32Array(orders);
  const firstBarrier = 1 + count;
  /** Some 200 microseconds: threads with equal work arrive together, and waking one takes as long. */
  const spins = 20_000;
  const arrays = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array };
  interface Loaded {
    readonly run: (state: 0 | 1, localInputs: LocalInputs) => void;
    readonly step: (state: 0 | 1) => void;
    readonly barriers: number;
    readonly dispose: () => void;
  }
  const graphs = new Map<number, Loaded>();
  /** ONNX Runtime takes no shared memory: each tensor has an array here and a place there. All graphs use the same. */
  let ownMemory = new ArrayBuffer(0);
  /**
   * Vector instructions want whole cache lines. From so many bytes on the C library of Linux takes memory from the system, and
   * has 16 bytes of its own before it. What is not written takes no room.
   */
  const fromSystem = 2 ** 25 + 2 ** 12;
  const firstLine = process.platform === 'linux' && process.versions['electron'] === undefined ? 48 : 0;
  const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

  /** How many barriers this worker has reached, of all its graphs. */
  let passed = 0;
  const arrive = (barriers: number): void => {
    passed = barriers;
    Atomics.store(control, firstBarrier + rank, passed);
    Atomics.notify(control, firstBarrier + rank);
  };
  /** Waits until all threads have come as far. */
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
      arrive(before + barriers); // Nobody waits for one that has failed.
    }
  };
  return { obey, run: runGraph };
}
