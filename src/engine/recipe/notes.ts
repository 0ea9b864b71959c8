import { trains } from '../../protocol/steps';
import { optimizerNote, storageNotes, trainingNote } from '../checkpoint/storage-notes';
import type { ModelContent } from '../checkpoint/types';
import { leftOutOfTraining } from '../model/runnable';
import type { Prepared } from './types';

/** What is to be said before the first step, a sentence each: what is doubtful in the checkpoint, and what will not be as it was. */
export function notesBefore({ parent, start, recipe }: Pick<Prepared, 'parent' | 'start' | 'recipe'>): string[] {
  const trained = recipe.steps.some((step) => trains(step));
  const changed = trained || recipe.steps.some(({ step }) => step === 'recalibrate');
  return [
    ...(parent?.warnings ?? []),
    optimizerNote(start),
    changed ? trainingNote(start) : undefined,
    trained ? leftOutOfTraining(start) : undefined,
  ].filter((note) => note !== undefined);
}

/** What is to be said of a run that is done. @param model as its last step left it */
export function notesAfter(prepared: Pick<Prepared, 'parent' | 'start' | 'recipe'>, model: ModelContent): string[] {
  return [...notesBefore(prepared), ...storageNotes(prepared.start, model)];
}
