import type { Progress } from '../../protocol/measure';
import type { Recipe } from '../../protocol/recipe';
import type { RunEvent } from '../../protocol/run';
import { share } from './progressText';

/** So much of a training must be done before its time left can be told: the first steps are slow. */
const MEANINGFUL = 0.02;

/**
 * How far a whole run is. The engine tells progress within an epoch; a person wants to know about all epochs, and how
 * long they will still take, what lies between them included.
 */
export class RunStatus {
  private index = 0;
  private steps = 1;
  private stepShare = 0;
  private epochs: number | undefined;
  private start: { time: number; epoch: number } | undefined;
  private latest: Progress | undefined;

  constructor(
    private readonly recipe: Pick<Recipe, 'steps'>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Share of the run that is done, 0 to 1. Each step counts the same: how long they take is not known before. */
  get share(): number {
    return Math.min(1, (this.index + this.stepShare) / this.steps);
  }

  /** The latest progress, with the time that is left of the whole step; undefined before the first. */
  get progress(): Progress | undefined {
    return this.latest;
  }

  hear(event: RunEvent): void {
    if (event.kind === 'step') this.begin(event.index, event.steps);
    else if (event.kind === 'result') this.stepShare = 1;
    else if (event.kind === 'progress') this.advance(event);
  }

  private begin(index: number, steps: number): void {
    const step = this.recipe.steps[index];
    this.index = index;
    this.steps = Math.max(1, steps);
    this.stepShare = 0;
    this.start = undefined;
    this.epochs = step && 'epochs' in step ? step.epochs : undefined;
  }

  private advance({ progress, training }: Extract<RunEvent, { kind: 'progress' }>): void {
    if (this.epochs === undefined) {
      this.stepShare = Math.max(this.stepShare, share(progress));
      this.latest = progress;
      return;
    }
    if (training) {
      this.start ??= { time: this.now(), epoch: training.epoch };
      this.stepShare = Math.max(this.stepShare, Math.min(1, training.epoch / this.epochs));
    }
    this.latest = { ...progress, secondsLeft: this.secondsLeft(this.epochs) };
  }

  private secondsLeft(epochs: number): number {
    const done = this.stepShare * epochs - (this.start?.epoch ?? 0);
    if (!this.start || done < MEANINGFUL) return Number.POSITIVE_INFINITY;
    const seconds = (this.now() - this.start.time) / 1000;
    return (seconds / done) * (1 - this.stepShare) * epochs;
  }
}
