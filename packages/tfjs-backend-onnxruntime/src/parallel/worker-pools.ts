import type { Executor } from '../sessions/executor';
import { WorkerPool } from './worker-pool';
import { DividedExecutor } from './divided-executor';

/** Keeps one worker pool for each number of workers, started on first use. */
export class WorkerPoolRegistry {
  readonly #executors = new Map<number, Promise<DividedExecutor | null>>();

  /** @param program the bundle of `worker.ts` */
  constructor(
    private readonly executor: Executor,
    private readonly program: string | URL,
    private readonly log: (message: string) => void,
  ) {}

  /** Returns the executor with this number of workers; null if they do not start. */
  of(shares: number): Promise<DividedExecutor | null> {
    let executor = this.#executors.get(shares);
    if (executor === undefined) {
      executor = this.#start(shares);
      this.#executors.set(shares, executor);
    }
    return executor;
  }

  dispose(): void {
    for (const executor of this.#executors.values()) void executor.then((started) => started?.dispose());
    this.#executors.clear();
  }

  async #start(shares: number): Promise<DividedExecutor | null> {
    const workers = await WorkerPool.start(this.executor.runtime, shares, this.program, this.log);
    return workers && new DividedExecutor(workers, this.executor);
  }
}
