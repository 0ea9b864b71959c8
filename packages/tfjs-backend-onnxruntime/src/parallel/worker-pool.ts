import { MessageChannel, receiveMessageOnPort, type MessagePort, Worker } from 'node:worker_threads';
import type { OnnxRuntime } from '../binding/types';
import { type LocalInputs, createPoolWorker, type PoolWorker, type WorkerOrder } from './pool-worker';
import { SharedMemory } from './shared-memory';
import type { WorkerStart } from './worker-program';

/** Far longer than any graph takes. */
const PATIENCE_MS = 600_000;
/** Some 200 microseconds: all have equal work, and to be woken takes as long. */
const SPINS = 20_000;
/** Where the numbers of what workers have done begin in the memory of control: see `PoolWorkerStart`. */
const DONE = 1;
/** At the end of that memory: whether a graph is to be run, and which, and where its weights are. */
const RUN_NUMBERS = 3;

interface WorkerThread {
  readonly worker: Worker;
  readonly port: MessagePort;
}

/** Workers that run graphs together: the calling thread, which has rank 0, and threads that wait for it. */
export class WorkerPool {
  /** All but the worker of rank 0. */
  readonly #threads: readonly WorkerThread[];
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #first: PoolWorker;
  /** What the workers exchange. */
  readonly memory = new SharedMemory();
  #given = 0;
  #disposed = false;

  private constructor(
    readonly runtime: OnnxRuntime,
    readonly count: number,
    program: string | URL,
  ) {
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (DONE + 2 * count + RUN_NUMBERS)));
    const { memory } = this.memory;
    const common = {
      stopped: runtime.stopped,
      count,
      control: this.#control.buffer,
      memory,
    };
    this.#first = createPoolWorker({ ...common, rank: 0 }, runtime);
    this.#threads = Array.from({ length: count - 1 }, (_, i) => {
      const { port1, port2 } = new MessageChannel();
      const start: WorkerStart = { ...common, modules: runtime.modules, rank: i + 1, port: port2 };
      const worker = new Worker(program, { workerData: start, transferList: [port2] });
      port1.unref();
      return { worker, port: port1 };
    });
  }

  /**
   * Starts a pool of so many workers. Null, with a word to `log`, where its threads do not come up.
   * @param program the bundle of `worker.ts`
   */
  static async start(
    runtime: OnnxRuntime,
    count: number,
    program: string | URL,
    log: (message: string) => void,
  ): Promise<WorkerPool | null> {
    let workers: WorkerPool | undefined;
    try {
      workers = new WorkerPool(runtime, count, program);
      await Promise.all(workers.#threads.map(({ worker }) => isReady(worker)));
      for (const { worker } of workers.#threads) worker.unref();
      log(`Batches are divided among ${count} threads.`);
      return workers;
    } catch (error) {
      log(`Batches are not divided among threads: ${error instanceof Error ? error.message : String(error)}`);
      workers?.dispose();
      return null;
    }
  }

  /**
   * Has each worker do something, and waits until all have done it.
   * @throws Error with the message of what failed
   */
  order(orderOf: (rank: number) => WorkerOrder): void {
    this.#runOnAll([0, 0, 0], (rank) => {
      if (rank === 0) this.#first.obey(orderOf(0));
      else this.#threads[rank - 1]!.port.postMessage(orderOf(rank));
    });
  }

  /**
   * Has all workers run a graph.
   * @param atHand the values of the first worker's inputs that are not in shared memory
   * @throws Error with the message of what failed
   */
  run(id: number, state: 0 | 1, localInputs: LocalInputs): void {
    this.#runOnAll([1, id, state], (rank) => {
      if (rank === 0) this.#first.run(id, state, localInputs);
    });
  }

  /** Starts the other workers, does the part of rank 0, and waits for all. */
  #runOnAll(numbers: readonly [number, number, number], begin: (rank: number) => void): void {
    if (this.#disposed) throw new Error('The threads have ended.');
    for (let rank = 1; rank < this.count; rank++) begin(rank);
    this.#control.set(numbers, DONE + 2 * this.count);
    this.#given++;
    Atomics.store(this.#control, 0, this.#given);
    Atomics.notify(this.#control, 0);
    const failures: string[] = [];
    try {
      begin(0);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
    for (let rank = 1; rank < this.count; rank++) this.#waitFor(DONE + rank);
    for (const { port } of this.#threads) {
      const failure: { message: unknown } | undefined = receiveMessageOnPort(port);
      if (failure) failures.push(String(failure.message));
    }
    if (failures[0] !== undefined) throw new Error(failures[0]);
  }

  dispose(): void {
    this.#disposed = true;
    this.#first.obey({ kind: 'leave' });
    for (const { worker, port } of this.#threads) {
      port.close();
      void worker.terminate();
    }
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  #waitFor(index: number): void {
    for (let i = 0; i < SPINS && Atomics.load(this.#control, index) !== this.#given; i++);
    for (let done = Atomics.load(this.#control, index); done !== this.#given;) {
      const outcome = Atomics.wait(this.#control, index, done, PATIENCE_MS);
      if (outcome === 'timed-out') throw new Error('A thread does not answer any more.');
      done = Atomics.load(this.#control, index);
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
