import type { EpochRecord } from '../../protocol/epoch';
import type { Recipe } from '../../protocol/recipe';
import type { RunClock } from '../../protocol/measure';
import type { RunEvent } from '../../protocol/run';
import type { Listener } from './types';
import { workOf, type StepWork } from './work';
import type { WorkSizes } from './work-sizes';

type ProgressEvent = Extract<RunEvent, { kind: 'progress' }>;

/** Multiply-accumulates per second until a rate is measured: few, so that the share rather jumps forward than stands. */
const GUESSED_MACS = 5e9;
/** Seconds of an example beside its arithmetic. */
const GUESSED_EXAMPLE = 2e-5;
/** Time of a training example, in passes without gradients. */
const TRAINED = 3;
/** Seconds of the end of a run: it writes, reads back, compresses and packs. */
const END_SECONDS = 0.2;
const END_PER_WEIGHT = 4e-7;
/** The share of an epoch after which its pace is meaningful: the first steps compile. */
const MEANINGFUL = 0.02;
/** Weight of the newest epoch in their mean duration. */
const NEWEST = 0.5;
/** The largest share of the time left that may be guessed where the time is told. */
const GUESSED_MOST = 0.1;

/** Seconds, and how many of them rest on no measurement of this run. */
interface Estimate {
  readonly seconds: number;
  readonly guessed: number;
}

const sum = (parts: readonly Estimate[]): Estimate => ({
  seconds: parts.reduce((total, { seconds }) => total + seconds, 0),
  guessed: parts.reduce((total, { guessed }) => total + guessed, 0),
});

/**
 * The clock of a whole run: the share of its time that is over, which never falls, and the seconds left. It counts the
 * expected time of every step and of the end, and learns the pace from measurements, epochs and steps as they come. It is
 * the only clock: each event of progress carries it to all views.
 */
export class WorkClock {
  #work: readonly StepWork[] | undefined;
  #sizes: WorkSizes | undefined;
  readonly #began: number;
  /** Seconds of the run before it was resumed. */
  #before = 0;
  #share = 0;
  /** Index of the current step; the number of steps at the end. */
  #index = 0;
  #stepBegan: number | undefined;
  /** Seconds that an example takes where the model is measured, and those of an epoch. */
  #example: number | undefined;
  #epoch: number | undefined;
  /** Seconds of the last step of each kind, without its measurements of the model. */
  readonly #own = new Map<string, number>();
  /** Seconds of measurements of the model in the current step. */
  #measuring = 0;
  /** The latest progress within the current step: its seconds left, and the time. */
  #phase: { left: number; at: number } | undefined;
  /** Epochs, with fraction, at the first and the latest progress of the current training, and the times of both. */
  #training: { first: number; epoch: number; began: number; at: number } | undefined;
  /** The last finished epoch of the current step, and the time of its end. */
  #epochEnd: { epoch: number; at: number } | undefined;
  /** Seconds left of trainings that count themselves. */
  #trainings: { left: number; at: number } | undefined;

  constructor(
    private readonly steps: Recipe['steps'],
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.#began = now();
  }

  /** Learns the sizes of the run, before which nothing is known. */
  size(sizes: WorkSizes): void {
    this.#sizes = sizes;
    this.#work = workOf(this.steps, sizes);
  }

  /** Counts the work of a resumed run: the seconds before. */
  resume(seconds = 0): void {
    this.#before = seconds;
  }

  /** Returns a listener that hears events with the clock. */
  listening(listener: Listener): Listener {
    return {
      signal: listener.signal,
      report: (event) => {
        this.#hear(event);
        listener.report(event.kind === 'progress' ? { ...event, clock: this.read() } : event);
      },
      measured: (examples, seconds) => {
        if (examples > 0) this.#example = seconds / examples;
        this.#measuring += seconds;
      },
    };
  }

  /** Returns the share and, where it is known, the time left. */
  read(): RunClock {
    if (!this.#work || !this.#sizes) return { share: 0 };
    const left = this.#left(this.#work, this.#sizes);
    const over = this.#before + this.now() - this.#began;
    const all = over + left.seconds;
    this.#share = Math.max(this.#share, all > 0 ? over / all : 0);
    const isTold = left.guessed <= GUESSED_MOST * left.seconds;
    return { share: this.#share, ...(isTold ? { secondsLeft: left.seconds } : {}) };
  }

  #hear(event: RunEvent): void {
    switch (event.kind) {
      case 'step':
        this.#begin(event.index);
        break;
      case 'progress':
        this.#advance(event);
        break;
      case 'epoch':
        this.#learnEpoch(event.record);
        break;
      case 'result':
        this.#end(event.index);
        break;
      case 'mask':
      case 'message':
        break;
    }
  }

  #begin(index: number): void {
    this.#index = index;
    this.#stepBegan = this.now();
    this.#measuring = 0;
    this.#phase = undefined;
    this.#training = undefined;
    this.#trainings = undefined;
    this.#epochEnd = undefined;
  }

  #end(index: number): void {
    const work = this.#work?.[index];
    const step = this.steps[index];
    if (work?.epochs === 0 && step && this.#stepBegan !== undefined)
      this.#own.set(step.step, Math.max(0, this.now() - this.#stepBegan - this.#measuring));
    this.#begin(index + 1);
  }

  #advance({ progress, training }: ProgressEvent): void {
    const at = this.now();
    this.#phase = { left: progress.rate > 0 ? progress.secondsLeft : 0, at };
    if (!training) return;
    const { epoch, student } = training;
    if (student) this.#trainings = { left: progress.secondsLeft, at };
    else {
      const { began, first } = this.#training ?? { began: at, first: epoch };
      this.#training = { first, epoch, began, at };
    }
  }

  #learnEpoch({ epoch, seconds: recorded }: EpochRecord): void {
    const at = this.now();
    // From end to end, so that the writing of the checkpoint counts too.
    const seconds = this.#epochEnd === undefined ? recorded : at - this.#epochEnd.at;
    this.#epochEnd = { epoch, at };
    this.#epoch = this.#epoch === undefined ? seconds : this.#epoch + NEWEST * (seconds - this.#epoch);
  }

  #left(work: readonly StepWork[], sizes: WorkSizes): Estimate {
    const later = work.slice(this.#index + 1).map((one, i) => this.#expected(one, this.#index + 1 + i, sizes));
    const end = END_SECONDS + END_PER_WEIGHT * sizes.params;
    const atEnd = this.#index >= this.steps.length ? this.#sinceStep() : 0;
    const ending = { seconds: Math.max(0, end - atEnd), guessed: 0 };
    return sum([this.#leftOfStep(work[this.#index], sizes), ...later, ending]);
  }

  #leftOfStep(work: StepWork | undefined, sizes: WorkSizes): Estimate {
    const phase = this.#phase ? Math.max(0, this.#phase.left - (this.now() - this.#phase.at)) : 0;
    if (!work) return { seconds: phase, guessed: 0 };
    const training = this.#leftOfTraining(work, sizes);
    if (training) return sum([training, this.#leftOfReport(work, sizes, phase)]);
    const expected = this.#expected(work, this.#index, sizes);
    const seconds = Math.max(phase, expected.seconds - this.#sinceStep());
    return { seconds, guessed: Math.min(expected.guessed, Math.max(0, seconds - phase)) };
  }

  #sinceStep(): number {
    return this.#stepBegan === undefined ? 0 : this.now() - this.#stepBegan;
  }

  /** Estimates the measurement of the best epoch after all of them. */
  #leftOfReport({ epochs }: StepWork, sizes: WorkSizes, phase: number): Estimate {
    const measured = this.#measured(sizes.reported, sizes);
    if (!this.#epochEnd || this.#epochEnd.epoch < epochs) return measured;
    const seconds = Math.max(phase, measured.seconds - (this.now() - this.#epochEnd.at));
    return { seconds, guessed: Math.min(measured.guessed, Math.max(0, seconds - phase)) };
  }

  /** Estimates what is left of the epochs of the current step; undefined before they begin. */
  #leftOfTraining({ epochs }: StepWork, sizes: WorkSizes): Estimate | undefined {
    const now = this.now();
    if (this.#trainings) return { seconds: Math.max(0, this.#trainings.left - (now - this.#trainings.at)), guessed: 0 };
    if (!this.#training) return undefined;
    const { first, began } = this.#training;
    const { seconds: pace, guessed } = this.#pace(sizes);
    const { epoch: finished, at: begun } = this.#epochEnd ?? { epoch: first, at: began };
    const later = Math.max(0, epochs - Math.floor(finished) - 1);
    const current =
      finished >= epochs ? 0 : Math.max(0, (1 - (finished - Math.floor(finished))) * pace - (now - begun));
    return { seconds: later * pace + current, guessed: guessed > 0 ? later * pace + current : 0 };
  }

  /** Estimates the seconds of an epoch: of those that ended, of the one that is going on, or from measurements. */
  #pace(sizes: WorkSizes): Estimate {
    if (this.#epoch !== undefined) return { seconds: this.#epoch, guessed: 0 };
    const { first, epoch, began, at } = this.#training ?? { first: 0, epoch: 0, began: 0, at: 0 };
    if (epoch - first >= MEANINGFUL) {
      const trained = (at - began) / (epoch - first);
      const example = this.#example ?? (sizes.train > 0 ? trained / sizes.train / TRAINED : 0);
      return { seconds: trained + (sizes.validation + sizes.test) * example, guessed: 0 };
    }
    const seconds = (TRAINED * sizes.train + sizes.validation + sizes.test) * this.#perExample(sizes);
    return { seconds, guessed: seconds };
  }

  #expected({ epochs, measured, passed }: StepWork, index: number, sizes: WorkSizes): Estimate {
    const parts = [this.#measured(measured, sizes)];
    if (epochs > 0) {
      const { seconds, guessed } = this.#pace(sizes);
      parts.push({ seconds: epochs * seconds, guessed: epochs * guessed });
    }
    const own = this.#own.get(this.steps[index]!.step);
    const passing = passed * this.#perExample(sizes);
    parts.push(own === undefined ? { seconds: passing, guessed: passing } : { seconds: own, guessed: 0 });
    return sum(parts);
  }

  #measured(examples: number, sizes: WorkSizes): Estimate {
    const seconds = examples * this.#perExample(sizes);
    return { seconds, guessed: this.#example === undefined ? seconds : 0 };
  }

  #perExample({ macs }: WorkSizes): number {
    return this.#example ?? GUESSED_EXAMPLE + macs / GUESSED_MACS;
  }
}
