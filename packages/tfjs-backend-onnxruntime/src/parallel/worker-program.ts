import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { loadNative } from '../binding/native';
import type { RuntimeModules } from '../binding/types';
import { createPoolWorker } from './pool-worker';
import type { WorkerOrder, PoolWorkerStart } from './worker-messages';

/** The start data of a worker thread. */
export interface WorkerStart extends PoolWorkerStart {
  readonly modules: RuntimeModules;
  /** Receives the orders, and sends the message of each error. */
  readonly port: MessagePort;
}

/**
 * Runs a worker in this thread, forever.
 *
 * @param ready called when orders may come
 */
export function serve(start: WorkerStart, ready: () => void): void {
  const control = new Int32Array(start.control);
  const [given, done, toRun] = [0, 1, 1 + 2 * start.count];
  /** About 500 microseconds: the next order often comes within this time, and waking a thread takes a fifth of it. */
  const spins = 50_000;
  const { obey, run } = createPoolWorker(start, loadNative(start.modules));
  const nothing = new Map<string, readonly ArrayLike<number>[]>();
  ready();
  for (let orders = 1; ; orders++) {
    for (let i = 0; i < spins && Atomics.load(control, given) < orders; i++);
    Atomics.wait(control, given, orders - 1);
    try {
      if (control[toRun] === 1) run(control[toRun + 1]!, control[toRun + 2] === 0 ? 0 : 1, nothing);
      else obey((receiveMessageOnPort(start.port) as { message: WorkerOrder }).message);
    } catch (error) {
      start.port.postMessage(error instanceof Error ? error.message : String(error));
    }
    Atomics.store(control, done + start.rank, orders);
    Atomics.notify(control, done + start.rank);
  }
}
