import type { Split } from '../../protocol/dataset';
import type { Evaluation } from '../../protocol/measure';
import { mainAccuracy, type MetricValues } from '../../protocol/metric';
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
  const options = { split, samples, signal: listener.signal, onProgress: progressTo(listener) };
  const evaluation = await evaluated(model, data, options);
  listener.measured?.(evaluation.samples, evaluation.samples / evaluation.samplesPerSecond);
  return evaluation;
}

type Recorded = Provenance['accuracies'][number];

/** Returns the main metric of a measurement as a checkpoint records it. */
export function recordOf(
  after: string,
  metrics: MetricValues,
  on: Pick<Recorded, 'split' | 'samples' | 'sampleData'>,
): Recorded {
  const { split, samples, sampleData } = on;
  const accuracy = mainAccuracy(metrics);
  const measured = accuracy === undefined ? { metric: metrics[0] } : { accuracy };
  return { after, split, samples, ...measured, sampleData };
}

/** Returns the record of an evaluation for a checkpoint. */
export const recorded = (after: string, { split, samples, metrics, dataset }: Evaluation): Recorded =>
  recordOf(after, metrics, { split, samples, sampleData: dataset.sample });
