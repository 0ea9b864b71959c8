import { CancelledError, UserError } from '../../protocol/errors';
import type { Recipe } from '../../protocol/recipe';
import type { RunEvent, RunResult } from '../../protocol/run';
import { Listeners } from '../listeners';
import type { RunClock } from '../../protocol/measure';

/** The parameters of a run; `baseFolder` and `out` are absolute. */
export interface RunRequest {
  /** Its name in messages, for example `Prune fashion-cnn`. */
  title: string;
  recipe: Recipe;
  baseFolder: string;
  out: string;
  resume: boolean;
}

/** The engine died during a run, which can be resumed from its last checkpoint. */
export class InterruptedError extends UserError {}

export type RunOutcome =
  { kind: 'done'; result: RunResult } | { kind: 'cancelled' } | { kind: 'failed'; error: unknown };

/** The most points of a training curve that are kept for late listeners; above this, every second one is dropped. */
const CURVE_POINTS = 400;

/** A run and its outcome. Listeners may join at any time. */
export class RunJob {
  readonly events = new Listeners<RunEvent>();
  /** Resolves with the outcome; never rejects. */
  readonly finished: Promise<RunOutcome>;
  private told: RunEvent[] = [];
  private curvePoints = 0;
  private latestProgress: Extract<RunEvent, { kind: 'progress' }> | undefined;
  private readonly abort = new AbortController();
  private settled: RunOutcome | undefined;

  /** Calls `work` at once; it rejects with CancelledError when its signal is aborted. */
  constructor(
    readonly id: string,
    readonly request: RunRequest,
    work: (signal: AbortSignal, report: (event: RunEvent) => void) => Promise<RunResult>,
  ) {
    this.finished = work(this.abort.signal, (event) => this.hear(event)).then(
      (result) => this.settle({ kind: 'done', result }),
      (error: unknown) =>
        this.settle(error instanceof CancelledError ? { kind: 'cancelled' } : { kind: 'failed', error }),
    );
  }

  get outcome(): RunOutcome | undefined {
    return this.settled;
  }

  /** The clock of the whole run, as the engine told it last. */
  get clock(): RunClock {
    return this.latestProgress?.clock ?? { share: 0 };
  }

  cancel(): void {
    this.abort.abort();
  }

  /**
   * Repeats all events so far to `listener` (the last progress, and enough points for the training curve), then passes on all
   * that follow; resolves with the result.
   * @throws CancelledError, or the error of the run
   */
  async follow(listener: (event: RunEvent) => void): Promise<RunResult> {
    for (const event of this.told) listener(event);
    if (this.latestProgress) listener(this.latestProgress);
    const stop = this.events.add(listener);
    try {
      const outcome = await this.finished;
      if (outcome.kind === 'done') return outcome.result;
      throw outcome.kind === 'cancelled' ? new CancelledError() : outcome.error;
    } finally {
      stop();
    }
  }

  private hear(event: RunEvent): void {
    if (event.kind === 'progress') this.latestProgress = event;
    if (event.kind !== 'progress' || event.training) this.told.push(event);
    if (event.kind === 'progress' && event.training && ++this.curvePoints > CURVE_POINTS) this.thinOut();
    this.events.fire(event);
  }

  private thinOut(): void {
    let point = 0;
    this.told = this.told.filter((event) => event.kind !== 'progress' || point++ % 2 === 0);
    this.curvePoints = Math.ceil(point / 2);
  }

  private settle(outcome: RunOutcome): RunOutcome {
    this.settled = outcome;
    return outcome;
  }
}
