import type { LearningRateSchedule } from '../../protocol/steps/training';

/** The learning rate of optimiser step `step`, from 0, of `steps` in all. `cosine`: SGDR without restarts (Loshchilov and Hutter 2017). */
export function learningRateAt(schedule: LearningRateSchedule, start: number, step: number, steps: number): number {
  return schedule === 'constant' ? start : (start / 2) * (1 + Math.cos((Math.PI * step) / steps));
}
