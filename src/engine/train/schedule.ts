import { DECAY, type LearningRateSchedule } from '../../protocol/steps/training';

/** A learning-rate schedule; times in epochs, fractions allowed. */
export interface LearningRates {
  /** The highest rate: at the start, or after the warm-up. */
  readonly learningRate: number;
  readonly schedule: LearningRateSchedule;
  readonly warmup?: number | undefined;
  readonly decay?: number | undefined;
  readonly decayEvery?: number | undefined;
}

/** The longest training. */
export interface TrainingLength {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/**
 * Returns the learning rate of optimizer step `step`, from 0. During the warm-up it rises linearly from 0 (Goyal et al.
 * 2017), then the schedule begins. `cosine`: SGDR without restarts (Loshchilov and Hutter 2017).
 */
export function learningRateAt(rates: LearningRates, step: number, { epochs, stepsPerEpoch }: TrainingLength): number {
  const { learningRate, schedule, warmup = 0 } = rates;
  const warmupSteps = Math.round(warmup * stepsPerEpoch);
  if (step < warmupSteps) return (learningRate * step) / warmupSteps;
  const now = step - warmupSteps;
  switch (schedule) {
    case 'constant':
      return learningRate;
    case 'cosine':
      return (learningRate / 2) * (1 + Math.cos((Math.PI * now) / (epochs * stepsPerEpoch - warmupSteps)));
    case 'exponential':
      return learningRate * (rates.decay ?? DECAY.exponential) ** (now / stepsPerEpoch);
    case 'step': {
      const every = Math.max(1, Math.round((rates.decayEvery ?? epochs / 3) * stepsPerEpoch));
      return learningRate * (rates.decay ?? DECAY.step) ** Math.floor(now / every);
    }
  }
}
