import { Option } from 'commander';
import { loaderSnippet } from '../../../protocol/loader-snippet';
import { PackedHistory } from '../../../protocol/measure/packing';
import { pack, type PackCommand } from '../commands/pack';
import { unpack, type UnpackCommand } from '../commands/unpack';
import { folderTyped, whole } from '../options';
import { MODEL, type Declare } from './shared';

const SNIPPET = loaderSnippet('net.secateur')
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n');

/** Declares the commands that turn a model into one small file, and that back into a checkpoint. */
export const declarePacking: Declare = (command, perform) => {
  command('pack', 'write a model as one small file, without loss', [
    'pack fashion-cnn-pruned-95 --out net.secateur',
    'pack fashion-cnn-pruned-95 --small-weights 12 --out net.secateur',
  ])
    .argument('<model>', MODEL)
    .option(
      '--small-weights <bits>',
      'bits of biases and normalization, 4 to 32; below 32 they are rounded',
      whole(4, 32),
      32,
    )
    .addOption(
      new Option('--history <choice>', 'the record of the runs: recipe, parent, accuracies')
        .choices(PackedHistory.options)
        .default('keep'),
    )
    .option('--exact', 'compress all weights of a large model with gzip and brotli for comparison, not samples of them')
    .requiredOption('--out <file>', 'the file, such as net.secateur; never overwritten', folderTyped)
    .addHelpText('after', `\nIn a page or in Node.js, with stock TensorFlow.js:\n${SNIPPET}`)
    .action((model: string, options: PackCommand) => perform(options, (...work) => pack(model, options, ...work)));

  command('unpack', 'write a packed model as model.json and shards', ['unpack net.secateur --out fashion-cnn'])
    .argument('<model>', 'a packed file')
    .requiredOption('--out <folder>', 'folder of the checkpoint; made if need be', folderTyped)
    .action((model: string, options: UnpackCommand) => perform(options, (...work) => unpack(model, options, ...work)));
};
