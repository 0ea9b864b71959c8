import type { Recipe } from '../../protocol/recipe';
import { START_TEACHER } from '../../protocol/steps/distill';
import { trains, type StepResult } from '../../protocol/steps';

/** Where a run keeps what it needs to go on, within its folder. */
export const STATE_FOLDER = 'state';
/** Checkpoints of each epoch, in a run's folder. */
export const EPOCHS_FOLDER = 'epochs';

/** Folders of a run in which there are checkpoints that it reads again. */
export const KEPT_CHECKPOINT = /^(epochs\/(step-\d+\/)?epoch-\d+|state\/step-\d+)$/;

/** The folder, relative to the run's, of an epoch's checkpoint. The epochs of a second training step lie one deeper. */
export function epochFolder({ steps }: Pick<Recipe, 'steps'>, step: number, epoch: number): string {
  const name = `epoch-${String(epoch).padStart(2, '0')}`;
  const first = steps.findIndex(trains);
  return step === first ? `${EPOCHS_FOLDER}/${name}` : `${EPOCHS_FOLDER}/step-${step + 1}/${name}`;
}

/** The folder, relative to the run's, where the model with which a step begins is kept until the run is done. */
export const startFolder = (step: number): string => `${STATE_FOLDER}/step-${step + 1}`;

/** The folder, relative to the run's, with the points of the scan of a step. */
export const scanFolder = (step: number): string => `${STATE_FOLDER}/scan-${step + 1}`;

/** Epochs of the train step that the steps of a recipe from `from` on go back to. */
export function epochsAskedFor(recipe: Recipe, from: number, [first]: readonly StepResult[]): string[] {
  if (first?.step !== 'train') return [];
  return recipe.steps.slice(from).flatMap((step) => {
    if (step.step === 'rewind' && typeof step.to === 'number' && step.to > 0) return [epochFolder(recipe, 0, step.to)];
    const teaches = step.step === 'finetune' && step.distill?.teacher === START_TEACHER;
    return teaches ? [epochFolder(recipe, 0, first.best.epoch)] : [];
  });
}
