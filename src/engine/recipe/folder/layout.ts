import { ONNX_FILE } from '../../../protocol/onnx';
import { PARETO_FILE, PLANS_FOLDER } from '../../../protocol/pareto';
import type { Recipe } from '../../../protocol/recipe';
import { PACKED_EXTENSION, PACKED_NAME } from '../../../protocol/steps/pack';
import { trainingAt, trainingsOf } from '../../../protocol/steps/distill';
import { START_TEACHER } from '../../../protocol/steps/teaching';
import { trains, type RecipeStep, type StepResult } from '../../../protocol/steps';

export const RECIPE_FILE = 'recipe.json';
/** Written last: it says that the run is finished. */
export const RESULTS_FILE = 'results.json';
export const CSV_FILE = 'results.csv';
export const MARKDOWN_FILE = 'results.md';
/** One line of JSON per event of a run, with its time. */
export const JOURNAL_FILE = 'journal.jsonl';
/** Folder with the state from which a run resumes. */
export const STATE_FOLDER = 'state';
/** Folder with a checkpoint of each epoch. */
export const EPOCHS_FOLDER = 'epochs';

/** All names directly in a run's folder that a run may write, except shards. */
export const OWN_NAMES: readonly string[] = [
  ...['model.json', RECIPE_FILE, RESULTS_FILE, CSV_FILE, MARKDOWN_FILE, JOURNAL_FILE, PARETO_FILE, ONNX_FILE],
  ...[STATE_FOLDER, EPOCHS_FOLDER, PLANS_FOLDER],
];

/** Returns true for a name of a file that a run writes beside its checkpoint: a packed file, or `model.onnx`. */
export const isWrittenName = (name: string): boolean => name === ONNX_FILE || isPackedName(name);

const isPackedName = (name: string): boolean =>
  name.endsWith(PACKED_EXTENSION) && PACKED_NAME.test(name.slice(0, -PACKED_EXTENSION.length));

/** A folder of a scan in the state folder. */
export const SCAN_NAME = /^scan-\d+$/;

/** A file with the moments of the optimizer in the state folder: step and epochs, from 1. */
export const MOMENTS_FILE = /^optimizer-\d+-\d+\.bin$/;

/** Returns true for a name that a run writes in its state folder. */
export const isStateName = (name: string): boolean =>
  /^(state|previous)\.json$/.test(name) || MOMENTS_FILE.test(name) || SCAN_NAME.test(name) || /^step-\d+$/.test(name);

/** Folders of a run with checkpoints that it may read again. */
export const KEPT_CHECKPOINT = /^(epochs\/(step-\d+\/)?((taught|alone)-\d+\/)?epoch-\d+|state\/step-\d+)$/;

/** A folder within that of epochs: of a later step, of one training of a student, or of an epoch. */
export const EPOCHS_NAME = /^(step|taught|alone|epoch)-\d+$/;

/**
 * Returns the folder of an epoch's checkpoint, relative to the run's. Epochs of a second training step lie one level deeper,
 * and so do those of several trainings of a step.
 * @param training index of the training in its step
 */
export function epochFolder({ steps }: Pick<Recipe, 'steps'>, step: number, epoch: number, training = 0): string {
  const first = steps.findIndex(trains);
  const name = `epoch-${String(epoch).padStart(2, '0')}`;
  return [
    EPOCHS_FOLDER,
    ...(step === first ? [] : [`step-${step + 1}`]),
    ...trainingFolder(steps[step]!, training),
    name,
  ].join('/');
}

function trainingFolder(step: RecipeStep, index: number): string[] {
  if (step.step !== 'distill' || trainingsOf(step) === 1) return [];
  const { taught, place } = trainingAt(step, index);
  return [`${taught ? 'taught' : 'alone'}-${place + 1}`];
}

/** Returns the folder, relative to the run's, with the model at the start of a step. It is removed at the end of the run. */
export const startFolder = (step: number): string => `${STATE_FOLDER}/step-${step + 1}`;

/** Returns the folder, relative to the run's, with the points of a step's scan. */
export const scanFolder = (step: number): string => `${STATE_FOLDER}/scan-${step + 1}`;

/** Returns the epochs that the steps with these results wrote. */
export const epochsWritten = (recipe: Recipe, results: readonly StepResult[]): string[] =>
  results.flatMap((result, step) => {
    const trainings = 'trainings' in result ? result.trainings : 'epochs' in result ? [result] : [];
    return trainings.flatMap(({ epochs }, training) =>
      epochs.map(({ epoch }) => epochFolder(recipe, step, epoch, training)),
    );
  });

/** Returns the index of the step whose epochs a rewind step names by number: the first that trains. */
export const rewindTarget = ({ steps }: { readonly steps: readonly RecipeStep[] }): number => steps.findIndex(trains);

/** Returns the epochs to which steps go back. */
export const epochsGoneBackTo = (recipe: Recipe): string[] =>
  recipe.steps.flatMap((step) =>
    step.step === 'rewind' && typeof step.to === 'number' && step.to > 0
      ? [epochFolder(recipe, rewindTarget(recipe), step.to)]
      : [],
  );

/** Returns the epochs of ended trainings that the steps from index `from` on read again. */
export function epochsAskedFor(recipe: Recipe, from: number, results: readonly StepResult[]): string[] {
  const [first] = results;
  const target = rewindTarget(recipe);
  return recipe.steps.slice(from).flatMap((step) => {
    if (step.step === 'rewind' && typeof step.to === 'number' && step.to > 0)
      return target < results.length ? [epochFolder(recipe, target, step.to)] : [];
    if (first?.step !== 'train') return [];
    const teacher =
      step.step === 'distill' ? step.teacher : step.step === 'finetune' ? step.distill?.teacher : undefined;
    const teaches = teacher === START_TEACHER;
    return teaches ? [epochFolder(recipe, 0, first.best.epoch)] : [];
  });
}
