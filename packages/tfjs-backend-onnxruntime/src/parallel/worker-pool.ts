import { MessageChannel, receiveMessageOnPort, type MessagePort, Worker } from 'node:worker_threads';
import type { OnnxRuntime } from '../binding/types';
import { createPoolWorker } from './pool-worker';
import type { LocalInputs, PoolWorker, WorkerOrder } from './worker-messages';
import { SharedMemory } from './shared-memory';
import type { WorkerStart } from './worker-program';

/** Far longer than any graph takes. */
const PATIENCE_MS = 600_000;
/** About 200 microseconds: workers have equal work, and waking one takes as long. */
const SPINS = 20_000;
/** Index of the counters of finished orders in the control memory: see `PoolWorkerStart`. */
const DONE = 1;
/** Numbers at the end of the control memory: 1 to run a graph, its id, and the state of its weights. */
const RUN_NUMBERS = 3;

interface WorkerThread {
  readonly worker: Worker;
  readonly port: MessagePort;
}

/**
 * A pool of workers that run graphs together: the calling thread has rank 0, the others are threads that wait for it.
 */
export class WorkerPool {
  /** All workers except rank 0. */
  readonly #threads: readonly WorkerThread[];
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #first: PoolWorker;
  /** The memory that all workers share. */
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
   * Starts a pool of `count` workers. Returns null and logs a sentence if its threads do not start.
   *
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
   * Gives each worker an order and waits until all have done it.
   *
   * @throws Error with the message of a worker that failed
   */
  order(orderOf: (rank: number) => WorkerOrder): void {
    this.#runOnAll([0, 0, 0], (rank) => {
      if (rank === 0) this.#first.obey(orderOf(0));
      else this.#threads[rank - 1]!.port.postMessage(orderOf(rank));
    });
  }

  /**
   * Runs a graph on all workers.
   *
   * @param localInputs values of the inputs of rank 0 that are not in shared memory
   * @throws Error with the message of a worker that failed
   */
  run(id: number, state: 0 | 1, localInputs: LocalInputs): void {
    this.#runOnAll([1, id, state], (rank) => {
      if (rank === 0) this.#first.run(id, state, localInputs);
    });
  }

  /** Starts the other workers, does the work of rank 0, and waits for all. */
  #runOnAll(numbers: readonly [number, number, number], begin: (rank: number) => void): void {
    if (this.#disposed) throw new Error('The worker pool has ended.');
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
      if (outcome === 'timed-out') throw new Error('A worker thread does not answer.');
      done = Atomics.load(this.#control, index);
    }
  }
}

function isReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`A worker thread ended while it started (exit code ${code}).`)));
  });
}
