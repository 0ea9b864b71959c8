import { Command, Option } from 'commander';
import { BACKENDS } from '../../protocol/backends';
import { UserError } from '../../protocol/errors';
import { run, type RunCommand } from './commands/run';
import { folderTyped, whole } from './options';
import { stepNames, type StepName } from '../../protocol/steps';
import { declarePacking } from './declarations/packing';
import { serving } from './declarations/serving';
import { declareMeasuring } from './declarations/measuring';
import {
  data,
  DATA,
  keepEpochs,
  MODEL,
  normalization,
  resume,
  type Declare,
  type Perform,
} from './declarations/shared';
import { declareStep } from './steps/command';
import { Terminal } from './terminal';

/** The steps with a command of their own. */
const STEPS = stepNames.filter((name) => name !== 'evaluate' && name !== 'pack');

/**
 * Declares the command line of Secateur; every command passes its work to `perform`.
 * @param terminal shows help, and how a command is used wrongly
 * @param asked the command that will be performed: others need not be declared, which takes longer than some of them;
 * all are where it is none
 */
export function createProgram(
  version: string,
  perform: Perform,
  terminal: Pick<Terminal, 'help' | 'misuse'> = new Terminal(process.stdout, process.stderr),
  asked?: string,
): Command {
  const declared = (steps: readonly StepName[], others: boolean): Command =>
    declare(version, perform, terminal, { steps, others });
  if (asked === undefined) return declared(STEPS, true);
  const step = STEPS.find((name) => name === asked);
  const few = step === undefined ? declared([], true) : declared([step], false);
  return few.commands.some((command) => command.name() === asked) ? few : declared(STEPS, true);
}

/** @param others whether the commands without a step are declared too */
function declare(
  version: string,
  perform: Perform,
  terminal: Pick<Terminal, 'help' | 'misuse'>,
  { steps, others }: { readonly steps: readonly StepName[]; readonly others: boolean },
): Command {
  const program = new Command('secateur')
    .description('Pruning shears for neural networks: train, inspect, prune and evaluate TensorFlow.js checkpoints.')
    .version(version)
    .showHelpAfterError('(add --help for what can be given)')
    .configureOutput({ writeOut: (text) => terminal.help(text), writeErr: (text) => terminal.misuse(text) })
    .exitOverride();

  const command = (name: string, description: string, examples: readonly string[]): Command =>
    program
      .command(name)
      .description(description)
      .optionsGroup('Options:')
      .option('--threads <number>', 'threads of the native library; by default one for each core', whole(1, 256))
      .addOption(
        new Option('--backend <name>', 'the native library; auto: the faster of those that are installed').choices(
          BACKENDS,
        ),
      )
      .option('--tensorflow-path <folder>', 'where @tensorflow/tfjs-node is installed')
      .option('--custom-layers <module>', 'a JavaScript file that registers layers of its own; it is run')
      .option('--json', 'print one JSON document on stdout')
      .option(
        '--verbose',
        'tell the causes of errors, which backend computes and why, and what falls back to slower code',
      )
      .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ secateur ${example}`).join('\n')}`);

  // These commands do the work of the steps of the same names without a run.
  for (const name of steps) declareStep(name, command, perform);
  if (others) declareOthers(command, perform);
  for (const one of program.commands) shortCustomLayers(one);
  if (others) listServing(program, perform);
  return program;
}

/** Declares the commands without a step of their own. */
const declareOthers: Declare = (command, perform) => {
  declareMeasuring(command, perform);
  declarePacking(command, perform);

  command('run', 'run a recipe', [
    'run prune-90.recipe.json --out fashion-cnn-pruned-90',
    'run smallest.recipe.json --model my-model --data ./my-images --out my-model-small',
  ])
    .argument('<recipe>', 'a JSON file; its relative paths start from its own folder')
    .option('--model <model>', `instead of the recipe's checkpoint: ${MODEL}`)
    .addOption(data(`instead of the recipe's data: ${DATA}`))
    .addOption(normalization())
    .requiredOption('--out <folder>', 'folder of the run; made if need be, never overwritten', folderTyped)
    .addOption(resume())
    .addOption(keepEpochs())
    .action((file: string, options: RunCommand) => perform(options, (...work) => run(file, options, ...work)));
};

/** Lists `secateur mcp`. */
function listServing(program: Command, perform: Perform): void {
  // Another program serves it, so that the other commands need not load that; here it is listed only.
  const elsewhere = new UserError('Tools are served by "secateur mcp" itself: start that program.');
  const listed = serving((_, options) => perform(options, () => Promise.reject(elsewhere)));
  program.addCommand(listed.copyInheritedSettings(program));
}

/** Accepts `--layers MODULE` too, on commands where `--layers` has no other meaning. */
function shortCustomLayers(command: Command): void {
  if (command.options.some(({ long }) => long === '--layers')) return;
  command
    .addOption(new Option('--layers <module>', 'the same as --custom-layers').hideHelp())
    .on('option:layers', (file: string) => command.setOptionValue('customLayers', file));
}
