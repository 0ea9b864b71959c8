import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { LearningRateSchedule } from '../../protocol/steps/training';
import type { EpochRecord } from '../../protocol/run';
import type { layers } from '../backend/tf';
import type { Dataset } from '../dataset/dataset';
import { Random } from '../dataset/random';
import { asClassifier, type Classifier } from '../measure/classifier';
import { evaluateModel } from '../measure/evaluate';
import { Scores } from '../measure/scores';
import { Pace } from '../pace';
import { breathe } from '../pause';
import { Adam, type AdamState, type TrainedWeight } from './adam';
import { learningRateAt } from './schedule';
import { trainedWeights, trainStep } from './step';

/** Where training stands after a whole epoch. */
export interface TrainState {
  records: EpochRecord[];
  adam: AdamState;
}

/** Loss and accuracy of the epoch in hand, and how many epochs are done, with fraction. */
export interface TrainingNow {
  loss: number;
  accuracy: number;
  epoch: number;
}

export interface TrainOptions {
  model: layers.LayersModel;
  data: Dataset;
  epochs: number;
  batchSize: number;
  /** At the start, and how it goes from there. */
  learningRate: number;
  schedule: LearningRateSchedule;
  /** Decide, with the number of the epoch, in which order the images come. */
  seeds: readonly number[];
  /** What the progress is called, for example `training`. */
  stage: string;
  /** Zeros and ones for each element of a weight, by the weight's name: where it is 0 the weight is never changed. */
  masks?: ReadonlyMap<string, Uint8Array> | undefined;
  /** Goes on after the epochs recorded here; the model has the weights of that moment. */
  resume?: TrainState | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress, training?: TrainingNow) => void) | undefined;
  /** Called after each epoch, before the next begins; `best` when no earlier one had a higher validation accuracy. */
  onEpoch: (state: TrainState, best: boolean) => Promise<void>;
}

/** Keeps the order of shuffling apart from other uses of the same seed. */
const SHUFFLE_STREAM = 0x5f0f1e;

/** The record with the highest validation accuracy, the earliest of equals. */
export const bestOf = (records: readonly EpochRecord[]): EpochRecord | undefined =>
  records.reduce<EpochRecord | undefined>(
    (best, record) => (best && best.validationAccuracy >= record.validationAccuracy ? best : record),
    undefined,
  );

/** What the epochs of one training share. */
interface Session {
  options: TrainOptions;
  classifier: Classifier;
  weights: readonly TrainedWeight[];
  adam: Adam;
}

/**
 * Trains a model in place by Adam on cross-entropy. Repeatable: seed, data and backend decide every bit of the result,
 * also when it is resumed half-way. Throws UserError where model and data do not fit or training diverges,
 * CancelledError within one step of the signal.
 */
export async function trainModel(options: TrainOptions): Promise<EpochRecord[]> {
  const { model, data, batchSize, resume } = options;
  const images = data.split('train');
  const classifier = asClassifier(model, images, data.info.classNames.length);
  if (batchSize > images.length)
    throw new UserError(
      `A batch of ${batchSize} images is more than the ${images.length} training images of the dataset: choose a smaller batch size.`,
    );
  const weights = trainedWeights(model);
  if (weights.length === 0) throw new UserError('The model has no trainable weights, so it cannot be trained.');
  const adam = new Adam(weights, options.masks ?? new Map(), resume?.adam);
  const records = [...(resume?.records ?? [])];
  try {
    while (records.length < options.epochs) {
      const record = await runEpoch({ options, classifier, weights, adam }, records.length + 1);
      const best = bestOf(records);
      records.push(record);
      await options.onEpoch(
        { records: [...records], adam: await adam.save() },
        !best || record.validationAccuracy > best.validationAccuracy,
      );
    }
  } finally {
    adam.dispose();
  }
  return records;
}

async function runEpoch(session: Session, epoch: number): Promise<EpochRecord> {
  const { options } = session;
  const start = performance.now();
  const scores = await runSteps(session, epoch);
  const validationAccuracy = await accuracyOn(options, 'validation', epoch);
  const testAccuracy = await accuracyOn(options, 'test', epoch);
  const seconds = (performance.now() - start) / 1000;
  return { epoch, loss: scores.loss, accuracy: scores.accuracy, validationAccuracy, testAccuracy, seconds };
}

/** The optimiser steps of one epoch, over all training images in an order of its own; the last partial batch is dropped. */
async function runSteps({ options, classifier, weights, adam }: Session, epoch: number): Promise<Scores> {
  const { batchSize, signal, onProgress } = options;
  const images = options.data.split('train').shuffled(new Random(SHUFFLE_STREAM, ...options.seeds, epoch));
  const steps = Math.floor(images.length / batchSize);
  const total = steps * batchSize;
  const scores = new Scores(classifier.classes);
  const pace = new Pace(`${options.stage}, epoch ${epoch} of ${options.epochs}`, total, 'images', (progress) => {
    const done = epoch - 1 + progress.done / total;
    onProgress?.(progress, { loss: scores.loss, accuracy: scores.accuracy, epoch: done });
  });
  for (let step = 0; step < steps; step++) {
    if (signal?.aborted) throw new CancelledError();
    const batch = images.batch(step * batchSize, batchSize);
    const rate = learningRateAt(
      options.schedule,
      options.learningRate,
      (epoch - 1) * steps + step,
      options.epochs * steps,
    );
    scores.add(await trainStep(classifier, weights, adam, batch, rate), batch.labels, batch.count);
    if (!Number.isFinite(scores.loss))
      throw new UserError(
        `Training diverged in epoch ${epoch}, step ${step + 1}: the loss is no longer a number; choose a learning rate smaller than ${options.learningRate}.`,
      );
    pace.advance(batch.count);
    await breathe();
  }
  return scores;
}

async function accuracyOn(options: TrainOptions, split: 'validation' | 'test', epoch: number): Promise<number> {
  const { data, model, signal, onProgress } = options;
  const { classNames } = data.info;
  const stage = `epoch ${epoch}: measuring on ${split} images`;
  return (await evaluateModel(model, data.split(split), { classNames, signal, stage, onProgress })).accuracy;
}
