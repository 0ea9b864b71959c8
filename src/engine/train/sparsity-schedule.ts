/** A schedule of rising sparsity, in whole optimizer steps of the training. */
export interface SparsitySchedule {
  /** Steps at which it begins and at which full sparsity is reached; `begin` is no later than `end`. */
  readonly begin: number;
  readonly end: number;
  /** Steps between two updates of the mask. */
  readonly frequency: number;
  /** Shares from 0 to 1. */
  readonly initial: number;
  readonly final: number;
}

/** Default number of mask updates between begin and end. */
export const UPDATES = 40;

/** Converts epochs into steps. The default frequency makes `UPDATES` updates. */
export function sparsitySchedule(
  given: { from: number; to: number; frequency?: number | undefined; sparsity: number },
  initial: number,
  stepsPerEpoch: number,
): SparsitySchedule {
  const [begin, end] = [Math.round(given.from * stepsPerEpoch), Math.round(given.to * stepsPerEpoch)];
  const frequency = given.frequency ?? Math.max(1, Math.round((end - begin) / UPDATES));
  return { begin, end, frequency, initial, final: given.sparsity };
}

/**
 * Returns the cubic sparsity after `done` steps (Zhu and Gupta 2017): s = sf + (si - sf)(1 - p)^3, where p is the
 * finished share of the schedule.
 */
export function sparsityAt({ begin, end, initial, final }: SparsitySchedule, done: number): number {
  if (done >= end) return final;
  if (done <= begin) return initial;
  return final + (initial - final) * (1 - (done - begin) / (end - begin)) ** 3;
}

/**
 * Returns true where the mask is updated after `done` steps: every `frequency` steps after the beginning, and at the
 * end.
 */
export function updatesMask({ begin, end, frequency }: SparsitySchedule, done: number): boolean {
  return done === end || (done > begin && done < end && (done - begin) % frequency === 0);
}
