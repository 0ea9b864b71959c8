import { share, type Progress } from './measure/progress';
import type { Recipe } from './recipe';
import { trainingsOf } from './steps/distill';
import type { RunClock, RunEvent } from './run';

/** The share of an epoch after which the time left is meaningful: the first steps are slow. */
const MEANINGFUL = 0.02;
/** Estimated durations of steps without epochs, in epochs. */
const SEARCH = 3;
const SHORT = 0.1;

/** The epochs of a step over all its trainings. */
const epochsOf = (step: Extract<Recipe['steps'][number], { epochs: number }>): number =>
  step.epochs * (step.step === 'distill' ? trainingsOf(step) : 1);

/** The weight of a step in the whole run; an epoch is 1. */
function weightOf(step: Recipe['steps'][number] | undefined): number {
  if (step && 'epochs' in step) return Math.max(SHORT, epochsOf(step));
  return step?.step === 'target' ? SEARCH : SHORT;
}

/**
 * The progress of a whole run. The engine reports progress within an epoch; this class estimates the share and the time left
 * of all steps. It is the only clock of a run: every view shows it.
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

  /** The finished share of the run, 0 to 1. Steps count by their epochs, if they have any. */
  get share(): number {
    const all = sum(this.weights);
    const done = sum(this.weights.slice(0, this.index)) + this.stepShare * (this.weights[this.index] ?? 0);
    return all > 0 ? Math.min(1, done / all) : 0;
  }

  /** Seconds until the end of the run; not finite if unknown. */
  get secondsLeft(): number {
    const later = sum(this.weights.slice(this.index + 1));
    const perEpoch = this.secondsPerEpoch();
    if (this.epochs !== undefined)
      return perEpoch === undefined
        ? Number.POSITIVE_INFINITY
        : perEpoch * ((1 - this.stepShare) * this.epochs + later);
    return later < 1 && this.latest ? this.latest.secondsLeft : Number.POSITIVE_INFINITY;
  }

  /** Both figures, for every view of the run. */
  get clock(): RunClock {
    const { secondsLeft } = this;
    return { share: this.share, ...(Number.isFinite(secondsLeft) ? { secondsLeft } : {}) };
  }

  /** The latest progress with the time left of the whole run; undefined before the first. */
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
    this.epochs = step && 'epochs' in step ? epochsOf(step) : undefined;
  }

  private advance({ progress, training }: Extract<RunEvent, { kind: 'progress' }>): void {
    this.latest = progress;
    if (this.epochs === undefined) {
      this.stepShare = Math.max(this.stepShare, share(progress));
    } else if (training) {
      const { student } = training;
      const before = student ? (student.index * this.epochs) / student.of : 0;
      const epoch = before + training.epoch;
      this.start ??= { time: this.now(), epoch };
      this.stepShare = Math.max(this.stepShare, Math.min(1, epoch / this.epochs));
    }
  }

  private secondsPerEpoch(): number | undefined {
    if (!this.start || this.epochs === undefined) return undefined;
    const done = this.stepShare * this.epochs - this.start.epoch;
    return done < MEANINGFUL ? undefined : (this.now() - this.start.time) / 1000 / done;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
