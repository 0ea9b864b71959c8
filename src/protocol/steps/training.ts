import * as z from 'zod';

/** Passes over the training images. */
export const epochs = (fallback: number) =>
  z.number().int().min(1).max(10_000).default(fallback).describe('Passes over the training images.');
/** Images per optimiser step. */
export const batchSize = z
  .number()
  .int()
  .min(1)
  .max(10_000)
  .default(100)
  .describe('Images per optimiser step; the last partial batch is dropped.');
/** Adam's learning rate, with its default. */
export const learningRate = (fallback: number) =>
  z.number().positive().max(10).default(fallback).describe("Adam's learning rate, at the start.");

/** How the learning rate goes over the epochs of a step: `cosine` falls from its start to 0 along half a cosine (Loshchilov and Hutter 2017). */
export const LearningRateSchedule = z.enum(['constant', 'cosine']);
export type LearningRateSchedule = z.infer<typeof LearningRateSchedule>;
/** The schedule of the learning rate, `cosine` by default. */
export const schedule = LearningRateSchedule.default('cosine').describe(
  'The learning rate over the epochs: constant, or falling to 0 along half a cosine.',
);
