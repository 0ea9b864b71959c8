import type { MessagePort } from 'node:worker_threads';
import type { NativeArray, NativeType } from '../graph/native-types';
import type { NativeSession, NativeTensor, RuntimeModules, SessionOptions } from '../sessions/runtime';

/** A tensor that comes from the memory that threads share, or goes there: where its bytes begin. */
export interface SharedTensor {
  readonly name: string;
  readonly type: NativeType;
  readonly shape: readonly number[];
  readonly at: number;
}

/** A graph as one thread has it. */
export interface WorkerGraph {
  readonly id: number;
  readonly model: Uint8Array;
  readonly options: SessionOptions;
  readonly memory: SharedArrayBuffer;
  readonly inputs: readonly SharedTensor[];
  readonly outputs: readonly SharedTensor[];
}

/** What all threads do next. */
export type WorkerOrder =
  { readonly kind: 'load'; readonly graph: WorkerGraph } | { readonly kind: 'run' | 'forget'; readonly id: number };

/** What a thread knows from the start. */
export interface WorkerStart {
  readonly modules: RuntimeModules;
  readonly number: number;
  /** 32-bit numbers: how many orders have been given, then how many each thread has done. */
  readonly control: SharedArrayBuffer;
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
  const control = new Int32Array(start.control);
  const { Tensor } = load(start.modules.api) as Api;
  const { binding, initOrt } = load(start.modules.binding) as Native;
  initOrt();
  const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
  const graphs = new Map<number, { run: () => void; dispose: () => void }>();

  const loadGraph = ({ id, model, options, memory, inputs, outputs }: WorkerGraph): void => {
    const session = new binding.InferenceSession();
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
    // ONNX Runtime takes no shared memory: each tensor has an array here and a place there.
    const held = (tensors: readonly SharedTensor[]) =>
      tensors.map(({ name, type, shape, at }) => {
        const data = new arrays[type](shape.reduce((size, length) => size * length, 1));
        const own = new Uint8Array(data.buffer);
        return { name, own, there: new Uint8Array(memory, at, own.length), tensor: new Tensor(type, data, shape) };
      });
    const [given, wanted] = [held(inputs), held(outputs)];
    const feeds = Object.fromEntries(given.map(({ name, tensor }) => [name, tensor]));
    const fetches = Object.fromEntries(wanted.map(({ name, tensor }) => [name, tensor]));
    const run = (): void => {
      for (const { own, there } of given) own.set(there);
      session.run(feeds, fetches, {});
      for (const { own, there } of wanted) there.set(own);
    };
    graphs.set(id, { run, dispose: () => session.dispose() });
  };

  const obey = (order: WorkerOrder): void => {
    if (order.kind === 'load') loadGraph(order.graph);
    else if (order.kind === 'run') graphs.get(order.id)!.run();
    else {
      graphs.get(order.id)?.dispose();
      graphs.delete(order.id);
    }
  };

  ready();
  for (let orders = 0; ; orders++) {
    Atomics.wait(control, 0, orders);
    try {
      obey(receiveMessageOnPort(start.port)!.message);
    } catch (error) {
      start.port.postMessage(error instanceof Error ? error.message : String(error));
    }
    Atomics.store(control, 1 + start.number, orders + 1);
    Atomics.notify(control, 1 + start.number);
  }
}
