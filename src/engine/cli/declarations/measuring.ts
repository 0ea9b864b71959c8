import { Option } from 'commander';
import { SCAN_SAMPLES, ScanScoreName } from '../../../protocol/measure/sensitivity';
import { compare, type CompareCommand } from '../commands/compare';
import { evaluate, type EvaluateCommand } from '../commands/evaluate';
import { inspect, type InspectCommand } from '../commands/inspect';
import { latency, type LatencyCommand } from '../commands/latency';
import { sensitivity, type SensitivityCommand } from '../commands/sensitivity';
import { listOf, share, whole } from '../options';
import { data, inputShape, seed, MODEL, normalization, type Declare, requiredData, split, samples } from './shared';

/** Commands that measure, and write no checkpoint. */
export const declareMeasuring: Declare = (command, perform) => {
  command('evaluate', 'measure loss and accuracy', [
    'evaluate fashion-cnn --data fashion-mnist',
    'evaluate fashion-cnn/model.json --data fashion-mnist --split validation --samples 1000 --json',
  ])
    .argument('<model>', MODEL)
    .addOption(requiredData())
    .addOption(normalization())
    .addOption(split())
    .addOption(samples())
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
    .addOption(inputShape())
    .action((model: string, options: InspectCommand) =>
      perform(options, (...work) => inspect(model, options, ...work)),
    );

  command('sensitivity', 'measure how much each layer can lose: accuracy with one layer pruned at a time', [
    'sensitivity fashion-cnn --data fashion-mnist --out fashion-cnn-sensitivity',
    'sensitivity fashion-cnn --data fashion-mnist --granularity filter --sparsities 0.25,0.5,0.75 --csv',
  ])
    .argument('<model>', MODEL)
    .addOption(requiredData())
    .addOption(normalization())
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

  command('latency', 'time forward passes of a model, or of two in turns', [
    'latency fashion-cnn',
    'latency fashion-cnn fashion-cnn-half --batches 1,100 --runs 100',
  ])
    .argument('<model>', MODEL)
    .argument('[other]', 'a second one, to compare with')
    .option('--batches <numbers>', 'images in one pass, parted by commas; by default 1,100', listOf(whole(1, 10_000)))
    .option('--runs <number>', 'passes that are timed for each batch size; 50 by default', whole(3, 10_000))
    .option('--warm-up <number>', 'passes before, which are not timed; 5 by default', whole(1, 1000))
    .addOption(inputShape())
    .action((model: string, other: string | undefined, options: LatencyCommand) =>
      perform(options, (...work) => latency(model, other, options, ...work)),
    );

  command('compare', 'put two checkpoints or runs side by side', [
    'compare fashion-cnn fashion-cnn-pruned-90 --data fashion-mnist',
  ])
    .argument('<a>', MODEL)
    .argument('<b>', 'another')
    .addOption(data('measures accuracy of each class: fashion-mnist, or a folder with the four IDX files'))
    .addOption(normalization())
    .addOption(split())
    .addOption(samples())
    .action((a: string, b: string, options: CompareCommand) =>
      perform(options, (...work) => compare(a, b, options, ...work)),
    );
};
