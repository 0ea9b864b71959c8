import type { Split } from '../../protocol/dataset';
import type { Evaluation } from '../../protocol/measure';
import type { Provenance } from '../../protocol/model';
import type { ModelContent } from '../checkpoint/types';
import { evaluated } from '../measure/evaluated';
import { progressTo, type Listener, type Prepared } from './types';

/**
 * Evaluates a model on the run's data, by default on the split that reports measure; null without data, or where the
 * model cannot be measured on it. @throws UserError, CancelledError
 */
export async function measure(
  { data }: Prepared,
  model: ModelContent,
  listener: Listener,
  split?: Split,
  samples?: number,
): Promise<Evaluation | null> {
  if (!data) return null;
  return evaluated(model, data, { split, samples, signal: listener.signal, onProgress: progressTo(listener) });
}

type Accuracy = Provenance['accuracies'][number];

/** Returns the record of an evaluation for a checkpoint. */
export const recorded = (after: string, { split, samples, accuracy, dataset }: Evaluation): Accuracy => ({
  after,
  split,
  samples,
  accuracy,
  sampleData: dataset.sample,
});
