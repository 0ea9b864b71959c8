import * as z from 'zod';
import { Distill } from './distill';
import { Gradual } from './gradual';
import { batchSize, epochs, learningRate, trainingOptions } from './training';

/** The networks that ship. */
export const Architecture = z.enum(['fashion-cnn', 'lenet-300-100', 'lenet-5']);
export type Architecture = z.infer<typeof Architecture>;

/** Adam's default learning rate for training from random weights. */
export const TRAIN_LEARNING_RATE = 0.001;
/** Trains a network that ships from random weights with Adam. */
export const TrainStep = z.strictObject({
  step: z.literal('train'),
  architecture: Architecture,
  epochs: epochs(9),
  batchSize,
  learningRate: learningRate(TRAIN_LEARNING_RATE),
  ...trainingOptions,
  gradual: Gradual.optional().describe('Prune more and more while training.'),
  distill: Distill.optional().describe('Learn from the answers of a teacher too.'),
});
export type TrainStep = z.infer<typeof TrainStep>;
