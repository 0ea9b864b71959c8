import { MessageChannel, receiveMessageOnPort, type MessagePort, Worker } from 'node:worker_threads';
import type { OnnxRuntime } from '../sessions/runtime';
import { SharedMemory } from './shared-memory';
import { workerProgram, type WorkerOrder, type WorkerStart } from './worker-program';

/** Far longer than any graph takes. */
const PATIENCE_MS = 600_000;
/** Where the numbers of what threads have done begin in the memory of control: see `WorkerStart`. */
const DONE = 1;

/** What runs in a thread: the program, with what Node gives it. Compilers that keep names call `__name`. */
const SOURCE = `
const __name = (named) => named;
const { parentPort, receiveMessageOnPort, workerData } = require('node:worker_threads');
(${workerProgram.toString()})(workerData, { receiveMessageOnPort, load: require, ready: () => parentPort.postMessage('ready') });
`;

interface Member {
  readonly worker: Worker;
  readonly port: MessagePort;
}

/** Threads that run graphs together, and are waited for without leaving the current task. */
export class Crew {
  readonly #members: readonly Member[];
  readonly #control: Int32Array<SharedArrayBuffer>;
  /** What the threads and this one exchange. */
  readonly memory = new SharedMemory();
  #given = 0;
  #disposed = false;

  private constructor(
    readonly runtime: OnnxRuntime,
    readonly count: number,
  ) {
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (DONE + 2 * count)));
    this.#members = Array.from({ length: count }, (_, number) => {
      const { port1, port2 } = new MessageChannel();
      const control = this.#control.buffer;
      const { memory } = this.memory;
      const start: WorkerStart = {
        modules: runtime.modules,
        stopped: runtime.stopped,
        number,
        count,
        control,
        memory,
        port: port2,
      };
      const worker = new Worker(SOURCE, { eval: true, workerData: start, transferList: [port2] });
      port1.unref();
      return { worker, port: port1 };
    });
  }

  /** Starts so many threads. Null, with a word to `log`, where they do not come up. */
  static async start(runtime: OnnxRuntime, count: number, log: (message: string) => void): Promise<Crew | null> {
    let crew: Crew | undefined;
    try {
      crew = new Crew(runtime, count);
      await Promise.all(crew.#members.map(({ worker }) => isReady(worker)));
      for (const { worker } of crew.#members) worker.unref();
      return crew;
    } catch (error) {
      log(`Batches are not divided among threads: ${error instanceof Error ? error.message : String(error)}`);
      crew?.dispose();
      return null;
    }
  }

  /**
   * Has each thread do something, and waits until all have done it.
   * @throws Error with the message of what failed
   */
  order(orderOf: (thread: number) => WorkerOrder): void {
    if (this.#disposed) throw new Error('The threads have ended.');
    for (const [number, { port }] of this.#members.entries()) port.postMessage(orderOf(number));
    this.#given++;
    Atomics.store(this.#control, 0, this.#given);
    Atomics.notify(this.#control, 0);
    for (let number = 0; number < this.count; number++) this.#waitFor(DONE + number);
    const failures = this.#members.flatMap(({ port }) => {
      const failure: { message: unknown } | undefined = receiveMessageOnPort(port);
      return failure ? [String(failure.message)] : [];
    });
    if (failures[0] !== undefined) throw new Error(failures[0]);
  }

  dispose(): void {
    this.#disposed = true;
    for (const { worker, port } of this.#members) {
      port.close();
      void worker.terminate();
    }
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  #waitFor(place: number): void {
    for (let done = Atomics.load(this.#control, place); done !== this.#given;) {
      const outcome = Atomics.wait(this.#control, place, done, PATIENCE_MS);
      if (outcome === 'timed-out') throw new Error('A thread does not answer any more.');
      done = Atomics.load(this.#control, place);
    }
  }
}

function isReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`A thread ended as it started (exit code ${code}).`)));
  });
}
