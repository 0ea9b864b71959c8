import { CancelledError, UserError } from '../../protocol/errors';
import type { Recipe } from '../../protocol/recipe';
import type { RunEvent, RunResult } from '../../protocol/run';
import { Listeners } from '../listeners';
import { RunStatus } from './run-status';

/** What a run is started with; `baseFolder` and `out` are absolute. */
export interface RunRequest {
  /** What it is called in messages, for example `Prune fashion-cnn`. */
  title: string;
  recipe: Recipe;
  baseFolder: string;
  out: string;
  resume: boolean;
}

/** The engine died in the middle of a run, which can be resumed from its last checkpoint. */
export class InterruptedError extends UserError {}

export type RunOutcome =
  { kind: 'done'; result: RunResult } | { kind: 'cancelled' } | { kind: 'failed'; error: unknown };

/** Points of a training curve that are kept for those who join late; beyond, every other one is forgotten. */
const CURVE_POINTS = 400;

/** A run while it goes on, and what it came to. Any number of listeners may join at any time. */
export class RunJob {
  readonly events = new Listeners<RunEvent>();
  /** How far the whole of it is. */
  readonly status: RunStatus;
  /** Resolves with the outcome; never rejects. */
  readonly finished: Promise<RunOutcome>;
  private told: RunEvent[] = [];
  private curvePoints = 0;
  private latestProgress: RunEvent | undefined;
  private readonly abort = new AbortController();
  private settled: RunOutcome | undefined;

  /** `work` runs at once; it rejects with CancelledError when its signal is aborted. */
  constructor(
    readonly id: string,
    readonly request: RunRequest,
    work: (signal: AbortSignal, report: (event: RunEvent) => void) => Promise<RunResult>,
  ) {
    this.status = new RunStatus(request.recipe);
    this.finished = work(this.abort.signal, (event) => this.hear(event)).then(
      (result) => this.settle({ kind: 'done', result }),
      (error: unknown) =>
        this.settle(error instanceof CancelledError ? { kind: 'cancelled' } : { kind: 'failed', error }),
    );
  }

  get outcome(): RunOutcome | undefined {
    return this.settled;
  }

  cancel(): void {
    this.abort.abort();
  }

  /**
   * Tells `listener` all that was told so far (of the progress, the last, and enough for the curve of a training) and
   * all that comes; resolves with the result.
   * @throws CancelledError, or what the run failed with.
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

  private hear(heard: RunEvent): void {
    this.status.hear(heard);
    const event = heard.kind === 'progress' ? { ...heard, clock: this.status.clock } : heard;
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
