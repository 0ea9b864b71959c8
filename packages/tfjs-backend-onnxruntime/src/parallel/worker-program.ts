import type { MessagePort } from 'node:worker_threads';
import type { ElementArray } from '../encoding/onnx-messages';
import type { NativeSession, NativeTensor, RuntimeModules } from '../sessions/runtime';
import type { crewMember, MemberOrder, MemberStart } from './crew-member';

/** What a thread knows from the start. */
export interface WorkerStart extends MemberStart {
  readonly modules: RuntimeModules;
  /** Brings the orders, and takes back the message of each error. */
  readonly port: MessagePort;
}

/** What Node gives to the program, and who does the work. */
interface Surroundings {
  readonly receiveMessageOnPort: (port: MessagePort) => { message: MemberOrder } | undefined;
  readonly load: (module: string) => unknown;
  readonly ready: () => void;
  readonly crewMember: typeof crewMember;
}

interface Api {
  readonly Tensor: new (type: string, data: ElementArray, shape: readonly number[]) => NativeTensor;
}

interface Native {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  readonly initOrt: () => void;
}

/**
 * A member of a crew in a thread of its own, for ever. Its source is handed to the thread as text: it uses nothing of this
 * module, and nothing of any other.
 */
export function workerProgram(
  start: WorkerStart,
  { receiveMessageOnPort, load, ready, crewMember }: Surroundings,
): void {
  const control = new Int32Array(start.control);
  const [given, done, toRun] = [0, 1, 1 + 2 * start.count];
  /** Some 500 microseconds: the next order often comes by then, and being woken takes a fifth of that. */
  const spins = 50_000;
  const { Tensor } = load(start.modules.api) as Api;
  const { binding, initOrt } = load(start.modules.binding) as Native;
  initOrt();
  const { obey, run } = crewMember(start, {
    createTensor: (type, data, shape) => new Tensor(type, data, shape),
    createSession: (model, options) => {
      const session = new binding.InferenceSession();
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
      return session;
    },
  });
  const nothing = new Map<string, readonly ArrayLike<number>[]>();
  ready();
  for (let orders = 1; ; orders++) {
    for (let i = 0; i < spins && Atomics.load(control, given) < orders; i++);
    Atomics.wait(control, given, orders - 1);
    try {
      if (control[toRun] === 1) run(control[toRun + 1]!, control[toRun + 2] === 0 ? 0 : 1, nothing);
      else obey(receiveMessageOnPort(start.port)!.message);
    } catch (error) {
      start.port.postMessage(error instanceof Error ? error.message : String(error));
    }
    Atomics.store(control, done + start.number, orders);
    Atomics.notify(control, done + start.number);
  }
}
