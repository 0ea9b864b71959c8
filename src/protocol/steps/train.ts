import * as z from 'zod';
import { Architecture, ArchitectureFile } from './architecture';
import { defineStep } from './define';
import { Distill } from './teaching';
import { Gradual } from './gradual';
import { batchSize, bestEpochWords, epochs, learningRate, trained, trainingOptions } from './training';

/** Adam's default learning rate for training from random weights. */
export const TRAIN_LEARNING_RATE = 0.001;
/** Trains one of the shipped networks from random weights with Adam. */
export const train = defineStep({
  name: 'train',
  options: {
    architecture: z
      .union([Architecture, ArchitectureFile])
      .describe(
        `Network to train: ${Architecture.options.join(', ')}; or the .json file of your own, whose weights do not count.`,
      )
      .meta({ flag: 'arch' }),
    epochs: epochs(9),
    batchSize,
    learningRate: learningRate(TRAIN_LEARNING_RATE),
    inputSize: z
      .number()
      .int()
      .min(8)
      .max(2048)
      .optional()
      .describe(
        'Height and width to which pictures are resized; by default their own size, or that of the network if they are larger.',
      )
      .meta({ label: 'Input size', group: 'advanced', unit: 'pixels' }),
    width: z
      .number()
      .min(0.05)
      .max(4)
      .optional()
      .describe('Factor of the numbers of filters, for resnet-20, mobilenet-v2 and ds-cnn; 1 by default.')
      .meta({ label: 'Width multiplier', group: 'advanced' }),
    units: z
      .array(z.number().int().min(1).max(65_536))
      .min(1)
      .max(24)
      .optional()
      .describe('Units of each hidden layer, for mlp (128 and 64 by default) and lstm (64 by default).')
      .meta({ label: 'Hidden units', group: 'advanced' }),
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
    when: 'Take it first, where there is no checkpoint yet.',
    page: 'recipes',
    verb: 'Train',
    past: 'trained',
    outcome: bestEpochWords,
  },
});
export const TrainStep = train.schema;
export type TrainStep = z.infer<typeof TrainStep>;
