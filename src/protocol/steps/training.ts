import * as z from 'zod';
import { EpochRecord, reportedMetrics } from '../epoch';
import { PrunedLayer } from '../measure';
import { metricWords } from '../metric';
import { Augment } from './augment';
import { ClassWeights } from './class-weights';

/** Passes over the training examples. */
export const epochs = (fallback: number) =>
  z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(fallback)
    .describe('Passes over the training examples.')
    .meta({ unit: 'epochs' });
/** Examples per optimizer step. */
export const batchSize = z
  .number()
  .int()
  .min(1)
  .max(10_000)
  .default(100)
  .describe('Examples per optimizer step; the last partial batch is dropped.')
  .meta({ group: 'advanced', unit: 'examples' });
/** Adam's learning rate, with its default. */
export const learningRate = (fallback: number) =>
  z.number().positive().max(10).default(fallback).describe("Adam's learning rate at the start.");

/**
 * The schedule of the learning rate over the epochs of a step. `cosine` falls to 0 along half a cosine (Loshchilov and
 * Hutter 2017); `exponential` is multiplied by `decay` over each epoch, a little with each step; `step` is multiplied by
 * `decay` after every `decayEvery` epochs.
 */
export const LearningRateSchedule = z.enum(['constant', 'cosine', 'exponential', 'step']);
export type LearningRateSchedule = z.infer<typeof LearningRateSchedule>;

/** The default of `decay`. */
export const DECAY = { exponential: 0.7, step: 0.1 } as const;

/** The options that training and fine-tuning share, beside epochs, batch size and learning rate. */
export const trainingOptions = {
  schedule: LearningRateSchedule.default('cosine')
    .describe(
      'Schedule of the learning rate: constant, falling to 0 along half a cosine, or decaying by a factor with every epoch (exponential) or every few (step).',
    )
    .meta({
      about: {
        constant: 'One rate from the first epoch to the last. Take it to compare with others.',
        cosine: 'Falls to 0 along half a cosine. The default: right for a known number of epochs.',
        exponential: 'Falls by a factor with every epoch. Take it with early stop.',
        step: 'Falls by a factor after every few epochs. Take it where a paper says so.',
      },
      page: 'schedules',
    }),
  warmup: z
    .number()
    .nonnegative()
    .optional()
    .describe('Epochs, fractions allowed, in which the learning rate first rises from 0; 0 by default.')
    .meta({ label: 'Warm-up', unit: 'epochs' }),
  decay: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      `Factor of an exponential or step schedule, above 0 up to 1; by default ${DECAY.exponential} and ${DECAY.step}.`,
    ),
  decayEvery: z
    .number()
    .positive()
    .optional()
    .describe('Epochs between two falls of a step schedule; by default a third of all epochs.')
    .meta({ unit: 'epochs' }),
  patience: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe(
      'Stop early after this many epochs in a row in which the main metric on the validation split, such as accuracy, did not get better; never by default.',
    )
    .meta({ unit: 'epochs' }),
  classWeights: ClassWeights.optional()
    .describe(
      'Weights of the classes in the loss: balanced, so that rare classes count as much as frequent ones, or a number for each class in their order; all 1 by default.',
    )
    .meta({ label: 'Class weights', group: 'advanced' }),
  augment: Augment.optional()
    .describe(
      'Change the training images at random, anew in each epoch: flip (horizontal, vertical or both), shift, crop, rotate, brightness.',
    )
    .meta({ label: 'Augmentation', group: 'advanced' }),
};

/** The result of a step that trains: its epochs, the best of them by the main metric on the validation split, and the layers after gradual pruning. */
export const trained = {
  epochs: z.array(EpochRecord),
  best: EpochRecord,
  layers: z.array(PrunedLayer).optional(),
};

/** The result in a few words. */
export const bestEpochWords = ({ epochs, best }: { epochs: readonly EpochRecord[]; best: EpochRecord }): string =>
  `best of ${epochs.length} epochs: ${best.epoch}, ${best.test ? 'test' : 'validation'} ${metricWords(reportedMetrics(best)[0])}`;
