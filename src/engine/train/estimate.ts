import type { Dataset } from '../dataset/open-data';
import type { TaskedNetwork } from '../measure/tasked-network';
import { trainableOf } from '../model/network';
import { pauseUnless } from '../pause';
import { Adam } from './adam';
import { HiddenLearner } from './hidden/learner';
import { Steps, type Distillation } from './step';

/** Steps before the times count: the first ones compile. */
const WARM = 2;
/** Seconds for which steps are timed, if one does not take longer. */
const TIMED_SECONDS = 0.4;
/** Time of a pass without gradients, in training passes. */
const FORWARD = 1 / 3;

/** A training to estimate. Its network is not changed: the learning rate is 0. */
export interface Estimated {
  readonly tasked: TaskedNetwork;
  readonly data: Dataset;
  readonly batchSize: number;
  readonly distillation?: Distillation | undefined;
  readonly signal: AbortSignal;
}

/**
 * Estimates the seconds of one epoch, measurements included, from a few steps on this machine.
 * @throws UserError, CancelledError
 */
export async function secondsPerEpoch({ tasked, data, batchSize, distillation, signal }: Estimated): Promise<number> {
  const images = data.split('train');
  const size = Math.min(batchSize, images.length);
  const batch = images.batch(0, size);
  const hidden = distillation?.teacher.hidden;
  const learner = hidden && new HiddenLearner(hidden.teaching, hidden.lessons, hidden.scales, [0]);
  const weights = [...trainableOf(tasked.network), ...(learner?.weights ?? [])];
  const adam = new Adam(weights, { masks: new Map() });
  const steps = new Steps({ tasked, weights, adam, seeds: [0], distillation, learner });
  try {
    let taken = 0;
    let begun = performance.now();
    const seconds = (): number => (performance.now() - begun) / 1000;
    while (taken < WARM || taken === WARM || seconds() < TIMED_SECONDS) {
      await pauseUnless(signal);
      if (taken === WARM) begun = performance.now();
      await steps.take(batch, 0, taken);
      taken++;
    }
    const perStep = seconds() / (taken - WARM);
    const measured = (['validation', 'test'] as const).reduce(
      (sum, split) => sum + (data.has(split) ? data.split(split).length : 0),
      0,
    );
    return perStep * (Math.floor(images.length / size) + (FORWARD * measured) / size);
  } finally {
    steps.dispose();
    adam.dispose();
    learner?.dispose();
  }
}
