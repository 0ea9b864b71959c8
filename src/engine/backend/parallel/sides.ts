import type { Executor } from '../sessions/executor';
import { Crew } from './crew';
import { DividedExecutor } from './divided-executor';

/** The threads among which batches are divided: a crew for each number of shares, started when it is first asked for. */
export class Sides {
  readonly #crews = new Map<number, Promise<Crew | null>>();

  constructor(
    private readonly executor: Executor,
    private readonly log: (message: string) => void,
  ) {}

  /** What runs so many shares side by side; null where its threads do not come up. */
  async of(shares: number): Promise<DividedExecutor | null> {
    let crew = this.#crews.get(shares);
    if (crew === undefined) {
      crew = Crew.start(this.executor.runtime.modules, shares, this.log);
      this.#crews.set(shares, crew);
    }
    const started = await crew;
    return started && new DividedExecutor(started, this.executor);
  }

  dispose(): void {
    for (const crew of this.#crews.values()) void crew.then((started) => started?.dispose());
    this.#crews.clear();
  }
}
