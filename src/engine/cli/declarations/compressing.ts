import type { Command } from 'commander';
import { Option } from 'commander';
import { FINETUNE_LEARNING_RATE } from '../../../protocol/steps/finetune';
import { SCAN_SAMPLES, ScanScoreName } from '../../../protocol/measure/sensitivity';
import { CALIBRATION_SAMPLES } from '../../../protocol/steps/prune';
import { ChannelScoreName } from '../../../protocol/steps/remove';
import { prune, type PruneCommand } from '../commands/prune';
import { remove, type RemoveCommand } from '../commands/remove';
import { target, type TargetCommand } from '../commands/target';
import { whole } from '../options';
import { withRates, withTeaching } from '../training-options';
import {
  data,
  inputShape,
  out,
  seed,
  resume,
  scope,
  score,
  MODEL,
  normalization,
  type Declare,
  requiredData,
} from './shared';

const GOALS = ['accuracy', 'bytes', 'macs', 'params'] as const;
const goal = (flags: string, text: string): Option =>
  new Option(flags, text).conflicts(GOALS.filter((name) => !flags.startsWith(`--${name} `)));

/** Commands that make a model smaller or sparser. */
export const declareCompressing: Declare = (command, perform) => {
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
    .addOption(normalization())
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
    .option('--multiple-of <number>', 'widths stay multiples of this; blocks of 8 or 16 save time', whole(1, 1024), 1)
    .addOption(inputShape())
    .option('--dry-run', 'print the plan, layer by layer, and write nothing')
    .option(
      '--recalibrate <samples>',
      'measure the statistics of batch normalisation anew on so many training images',
      whole(2, 1_000_000),
    )
    .option('--fine-tune <epochs>', 'train the smaller model on', whole(0, 10_000))
    .addOption(data('measures accuracy, and fine-tunes: fashion-mnist, or a folder with the four IDX files'))
    .addOption(normalization())
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
    .addOption(inputShape())
    .option('--write-plans', 'write every plan that was found as a checkpoint of its own too, in plans/')
    .option('--fine-tune <epochs>', 'train on with the zeros held', whole(0, 10_000))
    .addOption(requiredData())
    .addOption(normalization())
    .addOption(seed())
    .addOption(out())
    .addOption(resume())
    .action((model: string, options: TargetCommand, self: Command) => {
      if (GOALS.every((name) => options[name] === undefined))
        self.error(`error: one of ${GOALS.map((name) => `'--${name}'`).join(', ')} must be given`);
      return perform(options, (...work) => target(model, options, ...work));
    });
};
