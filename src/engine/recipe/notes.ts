import { trains } from '../../protocol/steps';
import { optimizerNote, storageNotes, trainingNote } from '../checkpoint/storage-notes';
import type { ModelContent } from '../checkpoint/types';
import { leftOutOfTraining } from '../model/runnable';
import type { Prepared } from './types';

/**
 * Returns the notes before the first step, one sentence each: doubts about the checkpoint, and parts that will not stay
 * as they are.
 */
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

/** Returns the notes of a finished run. @param model after its last step */
export function notesAfter(prepared: Pick<Prepared, 'parent' | 'start' | 'recipe'>, model: ModelContent): string[] {
  return [...notesBefore(prepared), ...storageNotes(prepared.start, model)];
}
