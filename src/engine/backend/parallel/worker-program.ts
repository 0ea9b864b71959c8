import type { MessagePort } from 'node:worker_threads';
import type { NativeArray, NativeType } from '../graph/native-types';
import type { NativeSession, NativeTensor, RuntimeModules, SessionOptions } from '../sessions/runtime';

/**
 * A tensor that comes from the memory that threads share, or goes there: where its bytes begin. Weights are there twice: an
 * optimiser's step reads them from one place and writes them to the other.
 */
export interface SharedTensor {
  readonly name: string;
  readonly type: NativeType;
  readonly shape: readonly number[];
  readonly at: readonly [number, number];
}

/** A graph as one thread has it. */
export interface WorkerGraph {
  readonly id: number;
  readonly model: Uint8Array;
  readonly options: SessionOptions;
  /** The module of an optimiser's step. */
  readonly adam: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly SharedTensor[];
  readonly outputs: readonly SharedTensor[];
}

/** What all threads do next. */
export type WorkerOrder =
  | { readonly kind: 'load'; readonly graph: WorkerGraph }
  /**
   * With the inputs that are in the first place, or in the second. When all threads have run it, the optimiser's step is
   * called, each time with some arguments.
   */
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly place: 0 | 1;
      readonly steps: readonly (readonly number[])[];
    }
  | { readonly kind: 'forget'; readonly id: number };

/** What a thread knows from the start. */
export interface WorkerStart {
  readonly modules: RuntimeModules;
  /** The number of this thread, and how many there are. */
  readonly number: number;
  readonly count: number;
  /**
   * 32-bit numbers: how many orders have been given; then for each thread how many it has done; then for each in how many it
   * has come so far that others may read what it has written.
   */
  readonly control: SharedArrayBuffer;
  /** What the threads exchange. */
  readonly memory: WebAssembly.Memory<SharedArrayBuffer>;
  /** Brings the orders, and takes back the message of each error. */
  readonly port: MessagePort;
}

/** What Node gives to the program. */
interface Surroundings {
  readonly receiveMessageOnPort: (port: MessagePort) => { message: WorkerOrder } | undefined;
  readonly load: (module: string) => unknown;
  readonly ready: () => void;
}

interface Api {
  readonly Tensor: new (type: string, data: NativeArray, shape: readonly number[]) => NativeTensor;
}

interface Native {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  readonly initOrt: () => void;
}

/**
 * Runs graphs in a thread of its own, for ever. Its source is handed to the thread as text: it uses nothing of this module,
 * and nothing of any other.
 */
export function workerProgram(start: WorkerStart, { receiveMessageOnPort, load, ready }: Surroundings): void {
  const { number, count, memory } = start;
  const control = new Int32Array(start.control);
  const [given, done, arrived] = [0, 1, 1 + count];
  /** Some 200 microseconds: threads with equal work arrive together, and waking one takes as long. */
  const spins = 20_000;
  const { Tensor } = load(start.modules.api) as Api;
  const { binding, initOrt } = load(start.modules.binding) as Native;
  initOrt();
  const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
  interface Loaded {
    readonly run: (place: 0 | 1) => void;
    readonly step: (...values: number[]) => void;
    readonly dispose: () => void;
  }
  const graphs = new Map<number, Loaded>();
  /** ONNX Runtime takes no shared memory: each tensor has an array here and a place there. All graphs use the same. */
  let held = new ArrayBuffer(0);
  const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);
  /** In whole cache lines. */
  const bytesOf = ({ type, shape }: SharedTensor): number =>
    Math.ceil((sizeOf(shape) * arrays[type].BYTES_PER_ELEMENT) / 64) * 64;

  const loadGraph = ({ id, model, options, adam, inputs, outputs }: WorkerGraph): void => {
    const session = new binding.InferenceSession();
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
    const sizes = [...inputs, ...outputs].map(bytesOf);
    const needed = sizes.reduce((sum, bytes) => sum + bytes, 0);
    if (held.byteLength < needed) held = new ArrayBuffer(needed);
    const buffer = held;
    let end = 0;
    const inOwnMemory = (tensors: readonly SharedTensor[]) =>
      tensors.map((tensor) => {
        const { name, type, shape, at } = tensor;
        const data = new arrays[type](buffer, end, sizeOf(shape));
        const own = new Uint8Array(buffer, end, data.byteLength);
        end += bytesOf(tensor);
        const there = at.map((start) => new Uint8Array(memory.buffer, start, own.length));
        return { name, own, there, tensor: new Tensor(type, data, shape) };
      });
    const [given, wanted] = [inOwnMemory(inputs), inOwnMemory(outputs)];
    const feeds = Object.fromEntries(given.map(({ name, tensor }) => [name, tensor]));
    const fetches = Object.fromEntries(wanted.map(({ name, tensor }) => [name, tensor]));
    const run = (place: 0 | 1): void => {
      for (const { own, there } of given) own.set(there[place]!);
      session.run(feeds, fetches, {});
      for (const { own, there } of wanted) there[0]!.set(own);
    };
    const { step } = new WebAssembly.Instance(new WebAssembly.Module(adam), { host: { memory } }).exports;
    graphs.set(id, { run, step: step as Loaded['step'], dispose: () => session.dispose() });
  };

  const arrive = (orders: number): void => {
    Atomics.store(control, arrived + number, orders);
    Atomics.notify(control, arrived + number);
  };
  /** Waits until all threads have come as far in this order. */
  const meet = (orders: number): void => {
    arrive(orders);
    for (let other = arrived; other < arrived + count; other++) {
      let seen = Atomics.load(control, other);
      for (let i = 0; i < spins && seen < orders; i++) seen = Atomics.load(control, other);
      for (; seen < orders; seen = Atomics.load(control, other)) Atomics.wait(control, other, seen);
    }
  };

  const obey = (order: WorkerOrder, orders: number): void => {
    if (order.kind === 'load') loadGraph(order.graph);
    else if (order.kind === 'run') {
      const { run, step } = graphs.get(order.id)!;
      run(order.place);
      if (order.steps.length > 0) meet(orders);
      for (const values of order.steps) step(...values);
    } else {
      graphs.get(order.id)?.dispose();
      graphs.delete(order.id);
    }
  };

  ready();
  for (let orders = 1; ; orders++) {
    Atomics.wait(control, given, orders - 1);
    try {
      obey(receiveMessageOnPort(start.port)!.message, orders);
    } catch (error) {
      start.port.postMessage(error instanceof Error ? error.message : String(error));
    }
    arrive(orders); // Nobody waits for one that has failed.
    Atomics.store(control, done + number, orders);
    Atomics.notify(control, done + number);
  }
}
