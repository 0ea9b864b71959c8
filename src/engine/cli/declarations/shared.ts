import { Option, type Command } from 'commander';
import { ImportanceScoreName } from '../../../protocol/steps/prune';
import type { CommonOptions, LocalEngine } from '../engine';
import { NORMALIZATION_FORMS } from '../../../protocol/normalization';
import { DEFAULT_SIZES } from '../../model/input-shapes';
import { listOf, normalizationTyped, whole } from '../options';
import type { Terminal } from '../terminal';

/** What a command works with once its options are known. */
export type Perform = (
  options: CommonOptions,
  work: (engine: LocalEngine, terminal: Terminal) => Promise<void>,
) => Promise<void>;

/** Declares commands: `command` begins one with the options that all have, and the command hands its work to `perform`. */
export type Declare = (
  command: (name: string, description: string, examples: readonly string[]) => Command,
  perform: Perform,
) => void;

const SEED_MOST = 0x7fffffff;
/** The dataset. */
export const data = (text: string): Option => new Option('--data <name-or-folder>', text);
/** The dataset, of a command that cannot do without. */
export const requiredData = (): Option =>
  data('fashion-mnist, or a folder with the four IDX files').makeOptionMandatory();
/** How its pixels enter the model. */
export const normalization = (): Option =>
  new Option(
    '--normalization <name>',
    `how pixels enter the model: ${NORMALIZATION_FORMS}; by default as the checkpoint or the model says, or found by trying`,
  ).argParser(normalizationTyped);
/** The images that accuracy is measured on. */
export const split = (): Option =>
  new Option('--split <name>', 'which images').choices(['test', 'validation']).default('test');
/** How many of them. */
export const samples = (): Option =>
  new Option('--samples <number>', 'only the first so many images').argParser(whole(1));
/** The folder of a run. */
export const out = (): Option =>
  new Option('--out <folder>', 'folder of the run; made if need be, never overwritten').makeOptionMandatory();
/** The seed of a recipe. */
export const seed = (): Option =>
  new Option('--seed <number>', 'decides initial weights and shuffling').default(0).argParser(whole(0, SEED_MOST));
/** Goes on with a run. */
export const resume = (): Option => new Option('--resume', 'go on with an unfinished run in the folder');
/** How weights are ranked. */
export const scope = (): Option =>
  new Option('--scope <scope>', 'rank the weights of all layers together, or each layer by itself').choices([
    'global',
    'layer',
  ]);
/** By what weights are ranked. */
export const score = (): Option =>
  new Option('--score <name>', 'importance score by which weights are ranked').choices(ImportanceScoreName.options);
/** The size of the input where a model leaves it open. */
export const inputShape = (): Option =>
  new Option(
    '--input-shape <sizes>',
    `size of the input where the model leaves it open, without the batch, such as 224,224,3 (default: ${DEFAULT_SIZES.image} for images, ${DEFAULT_SIZES.steps} steps for series)`,
  ).argParser(listOf(whole(1, 65_536)));
/** What stands for a model in the help. */
export const MODEL = 'a model.json or its folder';
