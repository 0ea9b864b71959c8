import type { Progress } from '../../protocol/measure';
import type { Recipe } from '../../protocol/recipe';
import type { RunClock, RunEvent } from '../../protocol/run';
import { share } from './progress-text';

/** So much of an epoch must be done before the time left can be told: the first steps are slow. */
const MEANINGFUL = 0.02;
/** How long steps without epochs take beside an epoch, as far as that is known before. */
const SEARCH = 3;
const SHORT = 0.1;

/** What a step weighs in the whole run: an epoch is 1. */
function weightOf(step: Recipe['steps'][number] | undefined): number {
  if (step && 'epochs' in step) return Math.max(SHORT, step.epochs);
  return step?.step === 'target' ? SEARCH : SHORT;
}

/**
 * How far a whole run is. The engine tells progress within an epoch; a person wants to know about all epochs, and how
 * long they will still take, what lies between them included. This is the one clock of a run: whoever shows it shows this.
 */
export class RunStatus {
  private readonly weights: readonly number[];
  private index = 0;
  private stepShare = 0;
  private epochs: number | undefined;
  private start: { time: number; epoch: number } | undefined;
  private latest: Progress | undefined;

  constructor(
    private readonly recipe: Pick<Recipe, 'steps'>,
    private readonly now: () => number = Date.now,
  ) {
    this.weights = recipe.steps.map(weightOf);
  }

  /** Share of the run that is done, 0 to 1: steps count by their epochs, as far as they have any. */
  get share(): number {
    const all = sum(this.weights);
    const done = sum(this.weights.slice(0, this.index)) + this.stepShare * (this.weights[this.index] ?? 0);
    return all > 0 ? Math.min(1, done / all) : 0;
  }

  /** Seconds that the whole run will still take; not finite where that is not known. */
  get secondsLeft(): number {
    const later = sum(this.weights.slice(this.index + 1));
    const perEpoch = this.secondsPerEpoch();
    if (this.epochs !== undefined)
      return perEpoch === undefined
        ? Number.POSITIVE_INFINITY
        : perEpoch * ((1 - this.stepShare) * this.epochs + later);
    return later < 1 && this.latest ? this.latest.secondsLeft : Number.POSITIVE_INFINITY;
  }

  /** Both, as they are told to those who show the run. */
  get clock(): RunClock {
    const { secondsLeft } = this;
    return { share: this.share, ...(Number.isFinite(secondsLeft) ? { secondsLeft } : {}) };
  }

  /** The latest progress, with the time that is left of the whole run; undefined before the first. */
  get progress(): Progress | undefined {
    return this.latest && { ...this.latest, secondsLeft: this.secondsLeft };
  }

  hear(event: RunEvent): void {
    if (event.kind === 'step') this.begin(event.index);
    else if (event.kind === 'result') this.stepShare = 1;
    else if (event.kind === 'progress') this.advance(event);
  }

  private begin(index: number): void {
    const step = this.recipe.steps[index];
    this.index = index;
    this.stepShare = 0;
    this.start = undefined;
    this.epochs = step && 'epochs' in step ? step.epochs : undefined;
  }

  private advance({ progress, training }: Extract<RunEvent, { kind: 'progress' }>): void {
    this.latest = progress;
    if (this.epochs === undefined) {
      this.stepShare = Math.max(this.stepShare, share(progress));
    } else if (training) {
      this.start ??= { time: this.now(), epoch: training.epoch };
      this.stepShare = Math.max(this.stepShare, Math.min(1, training.epoch / this.epochs));
    }
  }

  private secondsPerEpoch(): number | undefined {
    if (!this.start || this.epochs === undefined) return undefined;
    const done = this.stepShare * this.epochs - this.start.epoch;
    return done < MEANINGFUL ? undefined : (this.now() - this.start.time) / 1000 / done;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
