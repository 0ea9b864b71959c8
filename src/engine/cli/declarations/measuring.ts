import type { Command } from 'commander';
import * as z from 'zod';
import { fieldsOf } from '../../../protocol/fields';
import { AdviceOptions } from '../../../protocol/advice';
import { LatencyOptions } from '../../../protocol/measure/latency';
import { SensitivityOptions } from '../../../protocol/measure/sensitivity';
import { openSizes } from '../../../protocol/steps/remove';
import { EvaluateStep } from '../../../protocol/steps/evaluate';
import { compare, type CompareCommand } from '../commands/compare';
import { data as describe } from '../commands/data';
import type { CommonOptions } from '../engine';
import { folderTyped, limitTyped } from '../options';
import { evaluate, type EvaluateCommand } from '../commands/evaluate';
import { inspect, type InspectCommand } from '../commands/inspect';
import { latency, type LatencyCommand } from '../commands/latency';
import { advise, type AdviseCommand } from '../commands/advise';
import { sensitivity, type SensitivityCommand } from '../commands/sensitivity';
import { flagsOf, objectFrom, type Flag } from '../steps/flags';
import { data, DATA, seed, MODEL, normalization, type Declare, requiredData } from './shared';

const flagsFor = (schema: z.ZodObject): readonly Flag[] => flagsOf(fieldsOf(schema), { taken: new Set() });
const withFlags = (command: Command, flags: readonly Flag[]): Command =>
  flags.reduce((made, { option }) => made.addOption(option), command);

/** Declares the commands that measure and write no checkpoint. */
export const declareMeasuring: Declare = (command, perform) => {
  const measured = flagsFor(EvaluateStep);
  const scanned = flagsFor(SensitivityOptions);
  const timed = flagsFor(LatencyOptions);
  const advised = flagsFor(AdviceOptions.omit({ goal: true }));
  const sized = flagsFor(z.strictObject({ inputShape: openSizes.optional() }));

  withFlags(
    command('evaluate', 'measure loss and metrics, such as accuracy', [
      'evaluate fashion-cnn --data fashion-mnist',
      'evaluate fashion-cnn/model.json --data fashion-mnist --split validation --samples 1000 --json',
    ]),
    measured,
  )
    .argument('<model>', MODEL)
    .addOption(requiredData())
    .addOption(normalization())
    .action((model: string, options: EvaluateCommand) =>
      perform(options, (...work) => evaluate(model, options, ...work)),
    );

  command('data', 'say what Secateur sees in data: its format, splits, classes and shape', [
    'data fashion-mnist',
    'data ./my-pictures --json',
    'data wine.data.json',
  ])
    .argument('<data>', DATA)
    .action((given: string, options: CommonOptions) =>
      perform(options, (...work) => describe(given, options, ...work)),
    );

  withFlags(
    command('inspect', 'list the layers with their parameters, sparsity and MACs', [
      'inspect fashion-cnn --histograms',
      'inspect fashion-cnn --json',
    ]),
    sized,
  )
    .argument('<model>', MODEL)
    .option('--histograms', 'draw a histogram of the weights of each layer')
    .option('--brotli', 'measure the size of the files with brotli as well')
    .option('--exact', 'compress all weights of a large model to measure gzip and packed sizes, not samples of them')
    .action((model: string, options: InspectCommand) =>
      perform(options, (...work) => inspect(model, options, ...work)),
    );

  withFlags(
    command('sensitivity', 'measure how much each layer can lose: accuracy with one layer pruned at a time', [
      'sensitivity fashion-cnn --data fashion-mnist --out fashion-cnn-sensitivity',
      'sensitivity fashion-cnn --data fashion-mnist --granularity filter --sparsities 0.25,0.5,0.75 --csv',
    ]),
    scanned,
  )
    .argument('<model>', MODEL)
    .addOption(requiredData())
    .addOption(normalization())
    .addOption(seed())
    .option(
      '--out <folder>',
      'keep the points there, so that the same command goes on after a stop; made if need be',
      folderTyped,
    )
    .option('--csv', "print the columns of Distiller's sensitivity.csv on stdout")
    .action((model: string, options: SensitivityCommand, self: Command) =>
      perform(options, (...work) => sensitivity(model, options, objectFrom(scanned, self.opts()), ...work)),
    );

  withFlags(
    command('advise', 'say what can be saved in a model, where and how, and offer complete recipes', [
      'advise fashion-cnn --data fashion-mnist --latency 50% --out advice',
      'advise fashion-cnn --data fashion-mnist --bytes 36000',
      'advise fashion-cnn',
    ]),
    advised,
  )
    .argument('<model>', MODEL)
    .addOption(data(`what is measured on; without it, advice is about sizes and work alone: ${DATA}`))
    .addOption(normalization())
    .addOption(seed())
    .option('--metric <bound>', 'goal: the smallest model that keeps this, such as accuracy>=0.9 or rmse<=0.05')
    .option('--bytes <limit>', 'goal: at most so many bytes in one packed file; 10% of what it takes now', limitTyped)
    .option('--macs <limit>', 'goal: at most so many multiply-accumulates, or a share such as 50%', limitTyped)
    .option('--latency <limit>', 'goal: at most so many milliseconds for an answer, or a share such as 50%', limitTyped)
    .option('--out <folder>', 'write the recipes there as recipe-1.json and so on; made if need be', folderTyped)
    .action((model: string, options: AdviseCommand, self: Command) =>
      perform(options, (...work) => advise(model, options, objectFrom(advised, self.opts()), ...work)),
    );

  withFlags(
    command('latency', 'time forward passes of a model, or of two in turns', [
      'latency fashion-cnn',
      'latency fashion-cnn fashion-cnn-half --batches 1,100 --runs 100',
    ]),
    [...timed, ...sized],
  )
    .argument('<model>', MODEL)
    .argument('[other]', 'a second one, to compare with')
    .action((model: string, other: string | undefined, options: LatencyCommand) =>
      perform(options, (...work) => latency(model, other, options, ...work)),
    );

  withFlags(
    command('compare', 'put two checkpoints or runs side by side', [
      'compare fashion-cnn fashion-cnn-pruned-90 --data fashion-mnist',
    ]),
    measured,
  )
    .argument('<a>', MODEL)
    .argument('<b>', 'another')
    .addOption(data(`measures accuracy of each class: ${DATA}`))
    .addOption(normalization())
    .action((a: string, b: string, options: CompareCommand) =>
      perform(options, (...work) => compare(a, b, options, ...work)),
    );
};
