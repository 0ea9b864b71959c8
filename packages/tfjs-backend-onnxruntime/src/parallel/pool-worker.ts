import type {} from '../fused-update/webassembly';
import type { NativeRuntime, NativeTensor } from '../binding/types';
import type { NativeArray } from '../graph/native-types';
import type {
  LocalInputs,
  PoolWorker,
  PoolWorkerStart,
  SharedTensor,
  WorkerGraph,
  WorkerOrder,
} from './worker-messages';

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
