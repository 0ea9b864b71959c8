import { Option, type Command } from 'commander';
import { DATASET_NAMES_TEXT } from '../../../protocol/dataset';
import type { CommonOptions, LocalEngine } from '../engine';
import { NORMALIZATION_FORMS } from '../../../protocol/normalization';
import { normalizationTyped, whole } from '../options';
import type { Terminal } from '../terminal';

/** Context of a command once its options are parsed. */
export type Perform = (
  options: CommonOptions,
  work: (engine: LocalEngine, terminal: Terminal) => Promise<void>,
) => Promise<void>;

/** Declares commands: `command` begins one with the common options, and the command passes its work to `perform`. */
export type Declare = (
  command: (name: string, description: string, examples: readonly string[]) => Command,
  perform: Perform,
) => void;

const SEED_MOST = 0x7fffffff;
/** The placeholder of a dataset in the help. */
export const DATA = `${DATASET_NAMES_TEXT}, a folder or file of data, or a NAME.data.json`;
/** The option for the dataset. */
export const data = (text: string): Option => new Option('--data <name-or-path>', text);
/** The option for the dataset of a command that needs one. */
export const requiredData = (): Option => data(DATA).makeOptionMandatory();
/** The option for the normalization. */
export const normalization = (): Option =>
  new Option(
    '--normalization <name>',
    `how pixels enter the model: ${NORMALIZATION_FORMS}; by default as the checkpoint or the model says, or found by trying`,
  ).argParser(normalizationTyped);
/** The option for the seed of a recipe. */
export const seed = (): Option =>
  new Option('--seed <number>', 'decides initial weights and shuffling').default(0).argParser(whole(0, SEED_MOST));
/** The option to resume a run. */
export const resume = (): Option => new Option('--resume', 'go on with an unfinished run in the folder');
/** The option to keep the checkpoints of epochs. */
export const keepEpochs = (): Option =>
  new Option('--keep-epochs', 'keep the checkpoint of each epoch once the run is done');
/** The argument for a model in the help. */
export const MODEL = 'a model.json, its folder, or a packed file';
