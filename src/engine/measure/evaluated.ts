import { UserError } from '../../protocol/errors';
import type { Split } from '../../protocol/dataset';
import type { Evaluation, Progress } from '../../protocol/measure';
import type { ModelContent } from '../checkpoint/types';
import type { Dataset } from '../dataset/open-data';
import { toNetwork } from '../model/runnable';
import { evaluateModel } from './evaluate';

/** Options of an evaluation. */
export interface EvaluatedOptions {
  /** Default: the split that reports measure. */
  readonly split?: Split | undefined;
  readonly samples?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly stage?: string;
}

/** Evaluates a model on a dataset. @throws UserError, CancelledError */
export async function evaluated(
  model: ModelContent,
  dataset: Dataset,
  { split, samples, ...options }: EvaluatedOptions,
): Promise<Evaluation> {
  const { info, normalization } = dataset;
  const running = await toNetwork(model);
  try {
    const images = dataset.split(split ?? dataset.reported);
    const chosen = samples === undefined ? images : images.first(samples);
    const figures = await evaluateModel(running, chosen, options);
    const notes = dataset.notes.length > 0 ? { notes: [...dataset.notes] } : {};
    return { ...figures, dataset: { name: info.name, sample: info.sample, ...notes }, normalization };
  } finally {
    running.dispose();
  }
}

/**
 * Evaluates as `evaluated`; returns a sentence where the model cannot run or does not fit the data. @throws
 * CancelledError
 */
export async function evaluatedOrWhyNot(...args: Parameters<typeof evaluated>): Promise<Evaluation | string> {
  try {
    return await evaluated(...args);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
