import { studentWords, type StudentNow, type StudentTraining } from '../../../protocol/distillation';
import type { Progress } from '../../../protocol/measure';
import type { RunEvent } from '../../../protocol/run';
import { trainingAt, trainingsOf, type DistillStep } from '../../../protocol/steps/distill';

type Event = Extract<RunEvent, { kind: 'progress' | 'epoch' }>;

/** Counts the trainings of a step as one: what is done and left is that of all of them. */
export class StudentClock {
  /** Seconds of the epochs so far, with a teacher and without. */
  readonly #seconds = { taught: [] as number[], alone: [] as number[] };
  #latest: Progress | undefined;

  /** @param ended trainings of the step before it was resumed */
  constructor(
    private readonly step: DistillStep,
    ended: readonly StudentTraining[],
  ) {
    for (const { taught, epochs } of ended) for (const { seconds } of epochs) this.#of(taught).push(seconds);
  }

  /** The name of the progress of a training. */
  stage(now: StudentNow): string {
    return studentWords(now);
  }

  /** Tells of which training an event is, and what is left of all. */
  told(event: Event, now: StudentNow): Event {
    if (event.kind === 'epoch') {
      this.#of(now.taught).push(event.record.seconds);
      return { ...event, student: now };
    }
    const { progress, training } = event;
    if (training) {
      this.#latest = this.#whole(progress, training.epoch, now);
      return { ...event, progress: this.#latest, training: { ...training, student: now } };
    }
    return this.#latest ? { ...event, progress: { ...this.#latest, stage: progress.stage } } : event;
  }

  /** @param epoch finished epochs of the training, with fraction */
  #whole(progress: Progress, epoch: number, { index, taught }: StudentNow): Progress {
    const { epochs } = this.step;
    const finished = Math.max(0, Math.ceil(epoch) - 1);
    const now = progress.rate > 0 ? progress.total / progress.rate : 0;
    const perEpoch = (taught: boolean): number => {
      const known = this.#of(taught);
      return known.length > 0 ? known.reduce((sum, seconds) => sum + seconds, 0) / known.length : now;
    };
    const count = trainingsOf(this.step);
    let secondsLeft = progress.secondsLeft + (epochs - finished - 1) * perEpoch(taught);
    for (let later = index + 1; later < count; later++)
      secondsLeft += epochs * perEpoch(trainingAt(this.step, later).taught);
    return {
      ...progress,
      done: progress.total * (index * epochs + finished) + progress.done,
      total: progress.total * count * epochs,
      secondsLeft,
    };
  }

  #of(taught: boolean): number[] {
    return taught ? this.#seconds.taught : this.#seconds.alone;
  }
}
