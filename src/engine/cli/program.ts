import { Command, Option } from 'commander';
import { BackendChoice } from '../../protocol/engine';
import { FINETUNE_LEARNING_RATE } from '../../protocol/steps/finetune';
import { SCAN_SAMPLES, ScanScoreName } from '../../protocol/measure/sensitivity';
import { CALIBRATION_SAMPLES, ImportanceScoreName } from '../../protocol/steps/prune';
import { ChannelScoreName } from '../../protocol/steps/remove';
import { Architecture, TRAIN_LEARNING_RATE } from '../../protocol/steps/train';
import { compare, type CompareCommand } from './commands/compare';
import { evaluate, type EvaluateCommand } from './commands/evaluate';
import { finetune, type FinetuneCommand } from './commands/finetune';
import { inspect, type InspectCommand } from './commands/inspect';
import { latency, type LatencyCommand } from './commands/latency';
import { prune, type PruneCommand } from './commands/prune';
import { remove, type RemoveCommand } from './commands/remove';
import { run, type RunCommand } from './commands/run';
import { sensitivity, type SensitivityCommand } from './commands/sensitivity';
import { target, type TargetCommand } from './commands/target';
import { train, type TrainCommand } from './commands/train';
import type { CommonOptions, LocalEngine } from './engine';
import { atLeastZero, listOf, share, whole } from './options';
import type { Terminal } from './terminal';
import { withRates, withTeaching } from './training-options';

/** What a command works with once its options are known. */
export type Perform = (
  options: CommonOptions,
  work: (engine: LocalEngine, terminal: Terminal) => Promise<void>,
) => Promise<void>;

const SEED_MOST = 0x7fffffff;
const data = (text: string): Option => new Option('--data <name-or-folder>', text);
const out = (): Option =>
  new Option('--out <folder>', 'folder of the run; made if need be, never overwritten').makeOptionMandatory();
const seed = (): Option =>
  new Option('--seed <number>', 'decides initial weights and shuffling').default(0).argParser(whole(0, SEED_MOST));
const resume = (): Option => new Option('--resume', 'go on with an unfinished run in the folder');
const GOALS = ['accuracy', 'bytes', 'macs', 'params'] as const;
const goal = (flags: string, text: string): Option =>
  new Option(flags, text).conflicts(GOALS.filter((name) => !flags.startsWith(`--${name} `)));
const scope = (): Option =>
  new Option('--scope <scope>', 'rank the weights of all layers together, or each layer by itself').choices([
    'global',
    'layer',
  ]);
const score = (): Option =>
  new Option('--score <name>', 'importance score by which weights are ranked').choices(ImportanceScoreName.options);
const MODEL = 'a model.json or its folder';

/** The command line of Secateur; every command hands its work to `perform`. */
export function createProgram(version: string, perform: Perform): Command {
  const program = new Command('secateur')
    .description('Pruning shears for neural networks: train, inspect, prune and evaluate TensorFlow.js checkpoints.')
    .version(version)
    .showHelpAfterError('(add --help for what can be given)')
    .exitOverride();

  const command = (name: string, description: string, examples: readonly string[]): Command =>
    program
      .command(name)
      .description(description)
      .option('--threads <number>', 'threads of the native library; by default one for each core', whole(1, 256))
      .addOption(
        new Option('--backend <name>', 'the native library; auto: the faster of those that are installed').choices(
          BackendChoice.options,
        ),
      )
      .option('--tensorflow-path <folder>', 'where @tensorflow/tfjs-node is installed')
      .option('--json', 'print one JSON document on stdout')
      .option(
        '--verbose',
        'tell the causes of errors, which backend computes and why, and what falls back to slower code',
      )
      .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ secateur ${example}`).join('\n')}`);

  withRates(
    command('train', 'train a network from random weights', [
      'train --arch fashion-cnn --data fashion-mnist --epochs 9 --seed 0 --out fashion-cnn',
      'train --arch lenet-5 --data ./my-images --out lenet --resume',
    ]),
    TRAIN_LEARNING_RATE,
  )
    .addOption(new Option('--arch <name>', 'the network').choices(Architecture.options).makeOptionMandatory())
    .addOption(data('fashion-mnist, or a folder with the four IDX files').makeOptionMandatory())
    .option('--epochs <number>', 'passes over the training images', whole(1, 10_000), 9)
    .option('--batch-size <number>', 'images in one step', whole(1, 10_000), 100)
    .addOption(seed())
    .addOption(out())
    .addOption(resume())
    .action((options: TrainCommand) => perform(options, (...work) => train(options, ...work)));

  command('evaluate', 'measure loss and accuracy', [
    'evaluate fashion-cnn --data fashion-mnist',
    'evaluate fashion-cnn/model.json --data fashion-mnist --split validation --samples 1000 --json',
  ])
    .argument('<model>', MODEL)
    .addOption(data('fashion-mnist, or a folder with the four IDX files').makeOptionMandatory())
    .addOption(new Option('--split <name>', 'which images').choices(['test', 'validation']).default('test'))
    .option('--samples <number>', 'only the first so many images', whole(1))
    .action((model: string, options: EvaluateCommand) =>
      perform(options, (...work) => evaluate(model, options, ...work)),
    );

  command('inspect', 'list the layers with their parameters, sparsity and MACs', [
    'inspect fashion-cnn --histograms',
    'inspect fashion-cnn --json',
  ])
    .argument('<model>', MODEL)
    .option('--histograms', 'draw a histogram of the weights of each layer')
    .option('--brotli', 'measure the size of the files with brotli as well')
    .action((model: string, options: InspectCommand) =>
      perform(options, (...work) => inspect(model, options, ...work)),
    );

  const pruneCommand = command('prune', 'set the smallest weights to zero, and fine-tune what is left', [
    'prune fashion-cnn --sparsity 0.9 --fine-tune 2 --data fashion-mnist --out fashion-cnn-pruned-90',
    'prune fashion-cnn --threshold 0.02 --scope layer --out fashion-cnn-cut',
    'prune fashion-cnn --granularity 2:4 --protect "conv*" --dry-run',
    'prune fashion-cnn --sparsity 0.95 --rounds 3 --rewind early --fine-tune 2 --data fashion-mnist --out ticket',
  ]);
  withTeaching(withRates(pruneCommand, FINETUNE_LEARNING_RATE))
    .argument('<model>', MODEL)
    .addOption(
      new Option('--sparsity <share>', 'share of the kernel weights that is 0 afterwards, 0 to 1').conflicts(
        'threshold',
      ),
    )
    .addOption(
      new Option('--threshold <value>', 'weights with a smaller absolute value become 0').conflicts('sparsity'),
    )
    .addOption(scope().default('global'))
    .addOption(score().default('magnitude'))
    .option(
      '--samples <number>',
      `training images that taylor, movement, wanda and obc are computed from (default: ${CALIBRATION_SAMPLES})`,
      whole(1, 1_000_000),
    )
    .option(
      '--granularity <pattern>',
      'what is cut as one: element, kernel, filter, a block such as 4x4, or N:M such as 2:4, which needs no amount',
    )
    .option('--protect <layers...>', 'layers that are left alone, by name; * stands for any characters')
    .option('--dry-run', 'print the plan, layer by layer, and write nothing')
    .option('--allow-empty-layers', 'let a layer lose all its weights')
    .option('--fine-tune <epochs>', 'train on with the zeros held', whole(0, 10_000))
    .option(
      '--rounds <number>',
      'prune and fine-tune so many times, each round sparser by the same factor',
      whole(1, 100),
    )
    .option('--rewind <model>', 'after each pruning let the weights that are left go back to those of this checkpoint')
    .addOption(data('measures accuracy, and fine-tunes: fashion-mnist, or a folder with the four IDX files'))
    .addOption(seed())
    .option('--out <folder>', 'folder of the run; made if need be, never overwritten')
    .addOption(resume())
    .action((model: string, options: PruneCommand, self: Command) => {
      const patterned = options.granularity?.includes(':') ?? false;
      if (options.sparsity === undefined && options.threshold === undefined && !patterned)
        self.error("error: one of '--sparsity <share>' and '--threshold <value>' must be given");
      if (options.out === undefined && !options.dryRun)
        self.error("error: required option '--out <folder>' not specified");
      return perform(options, (...work) => prune(model, options, ...work));
    });

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
    .addOption(data('fashion-mnist, or a folder with the four IDX files').makeOptionMandatory())
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

  command('sensitivity', 'measure how much each layer can lose: accuracy with one layer pruned at a time', [
    'sensitivity fashion-cnn --data fashion-mnist --out fashion-cnn-sensitivity',
    'sensitivity fashion-cnn --data fashion-mnist --granularity filter --sparsities 0.25,0.5,0.75 --csv',
  ])
    .argument('<model>', MODEL)
    .addOption(data('fashion-mnist, or a folder with the four IDX files').makeOptionMandatory())
    .addOption(
      new Option('--by <method>', 'prune weights, or remove channels').choices(['prune', 'remove']).default('prune'),
    )
    .addOption(
      new Option('--score <name>', 'importance score by which weights, or channels, are ranked')
        .choices(ScanScoreName.options)
        .default('magnitude'),
    )
    .option('--granularity <pattern>', 'what is cut as one: element, kernel, filter, or a block such as 4x4')
    .option('--sparsities <shares>', 'from 0 to 1, parted by commas; ten from 0.1 to 0.99 by default', listOf(share))
    .option('--samples <number>', 'validation images', whole(1), SCAN_SAMPLES)
    .option('--collapse <share>', 'leave a layer once this share of the accuracy above guessing is lost', share, 0.9)
    .addOption(seed())
    .option('--out <folder>', 'keep the points there, so that the same command goes on after a stop; made if need be')
    .option('--csv', "print the columns of Distiller's sensitivity.csv on stdout")
    .action((model: string, options: SensitivityCommand) =>
      perform(options, (...work) => sensitivity(model, options, ...work)),
    );

  const removeCommand = command('remove', 'take filters, channels and neurons out of the model, and fine-tune it', [
    'remove fashion-cnn --macs 0.5 --score fpgm --data fashion-mnist --fine-tune 3 --distill --out fashion-cnn-half',
    'remove fashion-cnn --channels 0.3 --scope layer --dry-run',
    'remove fashion-cnn-pruned-90 --zeros --out fashion-cnn-small',
  ]);
  withTeaching(withRates(removeCommand, FINETUNE_LEARNING_RATE))
    .argument('<model>', MODEL)
    .addOption(new Option('--channels <share>', 'share of the channels that goes, 0 to 1'))
    .addOption(new Option('--macs <share>', 'share of the multiply-accumulates that goes, 0 to 1'))
    .addOption(new Option('--params <share>', 'share of the parameters that goes, 0 to 1'))
    .addOption(new Option('--zeros', 'the filters and neurons that an earlier pruning emptied'))
    .addOption(
      new Option('--scope <scope>', 'rank the channels of all layers together, or take the same share of each')
        .choices(['global', 'layer'])
        .default('global'),
    )
    .addOption(
      new Option('--score <name>', 'importance score by which channels are ranked')
        .choices(ChannelScoreName.options)
        .default('magnitude'),
    )
    .option(
      '--samples <number>',
      'training images on which a score that needs data is computed',
      whole(1, 1_000_000),
      CALIBRATION_SAMPLES,
    )
    .option('--protect <layers...>', 'layers that keep all their channels, by name; * stands for any characters')
    .option('--dry-run', 'print the plan, layer by layer, and write nothing')
    .option(
      '--recalibrate <samples>',
      'measure the statistics of batch normalisation anew on so many training images',
      whole(2, 1_000_000),
    )
    .option('--fine-tune <epochs>', 'train the smaller model on', whole(0, 10_000))
    .addOption(data('measures accuracy, and fine-tunes: fashion-mnist, or a folder with the four IDX files'))
    .addOption(seed())
    .option('--out <folder>', 'folder of the run; made if need be, never overwritten')
    .addOption(resume())
    .action((model: string, options: RemoveCommand, self: Command) => {
      const { channels, macs, params, zeros } = options;
      const amounts = [channels, macs, params, zeros].filter((one) => one !== undefined);
      if (amounts.length !== 1)
        self.error("error: exactly one of '--channels', '--macs', '--params' and '--zeros' must be given");
      if (options.out === undefined && !options.dryRun)
        self.error("error: required option '--out <folder>' not specified");
      return perform(options, (...work) => remove(model, options, ...work));
    });

  const targetCommand = command(
    'target',
    'prune to a target instead of a ratio, with an amount for each layer that is found',
    [
      'target fashion-cnn --accuracy 0.91 --data fashion-mnist --out fashion-cnn-91',
      'target fashion-cnn --bytes 300000 --data fashion-mnist --fine-tune 2 --out fashion-cnn-300k',
      'target fashion-cnn --macs 3000000 --by remove --data fashion-mnist --out fashion-cnn-half',
    ],
  );
  withTeaching(withRates(targetCommand, FINETUNE_LEARNING_RATE))
    .argument('<model>', MODEL)
    .addOption(goal('--accuracy <share>', 'accuracy on the validation images, at least, 0 to 1'))
    .addOption(goal('--bytes <number>', 'gzipped bytes of all files, at most'))
    .addOption(goal('--macs <number>', 'multiply-accumulates for one image, at most; pruned ones do not count'))
    .addOption(goal('--params <number>', 'parameters, at most; pruned ones do not count'))
    .addOption(
      new Option('--by <method>', 'prune single weights, or remove whole channels')
        .choices(['prune', 'remove'])
        .default('prune'),
    )
    .addOption(
      new Option('--search <name>', 'how amounts are searched').choices(['greedy', 'dynamic']).default('dynamic'),
    )
    .addOption(
      new Option('--score <name>', 'importance score by which weights, or channels, are ranked')
        .choices(ScanScoreName.options)
        .default('magnitude'),
    )
    .option('--granularity <pattern>', 'what is pruned as one: element, kernel, filter, or a block such as 4x4')
    .option('--protect <layers...>', 'layers that are left alone, by name; * stands for any characters')
    .option('--samples <number>', 'validation images on which layers and plans are measured', whole(1), SCAN_SAMPLES)
    .option('--fine-tune <epochs>', 'train on with the zeros held', whole(0, 10_000))
    .addOption(data('fashion-mnist, or a folder with the four IDX files').makeOptionMandatory())
    .addOption(seed())
    .addOption(out())
    .addOption(resume())
    .action((model: string, options: TargetCommand, self: Command) => {
      if (GOALS.every((name) => options[name] === undefined))
        self.error(`error: one of ${GOALS.map((name) => `'--${name}'`).join(', ')} must be given`);
      return perform(options, (...work) => target(model, options, ...work));
    });

  command('latency', 'time forward passes of a model, or of two in turns', [
    'latency fashion-cnn',
    'latency fashion-cnn fashion-cnn-half --batches 1,100 --runs 100',
  ])
    .argument('<model>', MODEL)
    .argument('[other]', 'a second one, to compare with')
    .option('--batches <numbers>', 'images in one pass, parted by commas; by default 1,100', listOf(whole(1, 10_000)))
    .option('--runs <number>', 'passes that are timed for each batch size; 50 by default', whole(3, 10_000))
    .option('--warm-up <number>', 'passes before, which are not timed; 5 by default', whole(1, 1000))
    .action((model: string, other: string | undefined, options: LatencyCommand) =>
      perform(options, (...work) => latency(model, other, options, ...work)),
    );

  command('compare', 'put two checkpoints or runs side by side', [
    'compare fashion-cnn fashion-cnn-pruned-90 --data fashion-mnist',
  ])
    .argument('<a>', MODEL)
    .argument('<b>', 'another')
    .addOption(data('measures accuracy of each class: fashion-mnist, or a folder with the four IDX files'))
    .addOption(new Option('--split <name>', 'which images').choices(['test', 'validation']).default('test'))
    .option('--samples <number>', 'only the first so many images', whole(1))
    .action((a: string, b: string, options: CompareCommand) =>
      perform(options, (...work) => compare(a, b, options, ...work)),
    );

  command('run', 'run a recipe', ['run prune-90.recipe.json --out fashion-cnn-pruned-90'])
    .argument('<recipe>', 'a JSON file; its relative paths start from its own folder')
    .addOption(data("instead of the recipe's data: fashion-mnist, or a folder with the four IDX files"))
    .addOption(out())
    .addOption(resume())
    .action((file: string, options: RunCommand) => perform(options, (...work) => run(file, options, ...work)));

  return program;
}
