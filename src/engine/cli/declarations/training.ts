import { Option } from 'commander';
import { FINETUNE_LEARNING_RATE } from '../../../protocol/steps/finetune';
import { Architecture, TRAIN_LEARNING_RATE } from '../../../protocol/steps/train';
import { finetune, type FinetuneCommand } from '../commands/finetune';
import { train, type TrainCommand } from '../commands/train';
import { atLeastZero, whole } from '../options';
import { withRates, withTeaching } from '../training-options';
import { out, seed, resume, scope, score, MODEL, normalization, type Declare, requiredData } from './shared';

/** Commands that train. */
export const declareTraining: Declare = (command, perform) => {
  withRates(
    command('train', 'train a network from random weights', [
      'train --arch fashion-cnn --data fashion-mnist --epochs 9 --seed 0 --out fashion-cnn',
      'train --arch lenet-5 --data ./my-images --out lenet --resume',
    ]),
    TRAIN_LEARNING_RATE,
  )
    .addOption(new Option('--arch <name>', 'the network').choices(Architecture.options).makeOptionMandatory())
    .addOption(requiredData())
    .addOption(normalization())
    .option('--epochs <number>', 'passes over the training images', whole(1, 10_000), 9)
    .option('--batch-size <number>', 'images in one step', whole(1, 10_000), 100)
    .addOption(seed())
    .addOption(out())
    .addOption(resume())
    .action((options: TrainCommand) => perform(options, (...work) => train(options, ...work)));

  const finetuneCommand = command(
    'finetune',
    'train a model on with its zeros held, or prune it gradually on the way',
    [
      'finetune fashion-cnn-pruned-90 --epochs 2 --data fashion-mnist --out tuned',
      'finetune fashion-cnn --epochs 7 --gradual 0.95 --from 0 --to 4 --distill --data fashion-mnist --out gradual-95',
    ],
  );
  withTeaching(withRates(finetuneCommand, FINETUNE_LEARNING_RATE))
    .argument('<model>', MODEL)
    .addOption(requiredData())
    .addOption(normalization())
    .option('--epochs <number>', 'passes over the training images', whole(1, 10_000), 2)
    .option('--batch-size <number>', 'images in one step', whole(1, 10_000), 100)
    .option('--gradual <sparsity>', 'prune while training, until this share of the kernel weights is 0')
    .option('--from <epoch>', 'where sparsity begins to rise, fractions allowed (default: 0)', atLeastZero)
    .option(
      '--to <epoch>',
      'where full sparsity is reached, fractions allowed (default: after half of them)',
      atLeastZero,
    )
    .option('--frequency <steps>', 'optimiser steps between two updates of the mask (default: 40 updates)', whole(1))
    .option('--regrow', 'let cut weights be trained on unseen, so that later updates may bring them back')
    .addOption(scope())
    .addOption(score())
    .option('--samples <number>', 'training images that a score which needs data is computed from', whole(1, 1_000_000))
    .option('--granularity <pattern>', 'what is cut as one: element, kernel, filter, or a block such as 4x4')
    .option('--protect <layers...>', 'layers that are left alone, by name; * stands for any characters')
    .addOption(seed())
    .addOption(out())
    .addOption(resume())
    .action((model: string, options: FinetuneCommand) =>
      perform(options, (...work) => finetune(model, options, ...work)),
    );
};
