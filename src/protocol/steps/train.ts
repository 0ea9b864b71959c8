import * as z from 'zod';
import { defineStep } from './define';
import { Distill } from './distill';
import { Gradual } from './gradual';
import { batchSize, bestEpochWords, epochs, learningRate, trained, trainingOptions } from './training';

/** The networks that ship with Secateur. */
export const Architecture = z.enum(['fashion-cnn', 'lenet-300-100', 'lenet-5']);
export type Architecture = z.infer<typeof Architecture>;

/** Adam's default learning rate for training from random weights. */
export const TRAIN_LEARNING_RATE = 0.001;
/** Trains one of the shipped networks from random weights with Adam. */
export const train = defineStep({
  name: 'train',
  options: {
    architecture: Architecture.describe('Network to train.').meta({ flag: 'arch' }),
    epochs: epochs(9),
    batchSize,
    learningRate: learningRate(TRAIN_LEARNING_RATE),
    ...trainingOptions,
    gradual: Gradual.optional().describe('Prune gradually while training.').meta({ label: 'Gradual pruning' }),
    distill: Distill.optional().describe('Learn from the answers of a teacher too.').meta({ label: 'Distillation' }),
  },
  result: trained,
  traits: {
    startsModel: true,
    plansByRunning: true,
    changesModel: true,
    trains: true,
    needsData: true,
    compresses: ({ gradual }) => gradual !== undefined,
  },
  words: {
    title: 'Train',
    running: 'Training',
    purpose: 'Trains a network from random weights.',
    verb: 'Train',
    past: 'trained',
    outcome: bestEpochWords,
  },
});
export const TrainStep = train.schema;
export type TrainStep = z.infer<typeof TrainStep>;
