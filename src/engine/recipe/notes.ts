import { trains, type StepResult } from '../../protocol/steps';
import { leavingNote, optimizerNote, storageNotes } from '../checkpoint/storage-notes';
import type { ModelContent } from '../checkpoint/types';
import type { Recipe } from '../../protocol/recipe';
import { readGraph } from '../model/graph';
import { leftOutOfTraining } from '../model/runnable';
import { keepsValues } from './few-values';
import type { Prepared } from './types';

/**
 * Returns the notes before the first step, one sentence each: doubts about the checkpoint, and parts that will not stay
 * as they are.
 */
export function notesBefore({ parent, start, recipe }: Pick<Prepared, 'parent' | 'start' | 'recipe'>): string[] {
  const trained = recipe.steps.some((step) => trains(step));
  return [
    ...(parent?.warnings ?? []),
    optimizerNote(start),
    leavingNote(start, freelyChanged(start, recipe)),
    trained ? leftOutOfTraining(start) : undefined,
  ].filter((note) => note !== undefined);
}

/** Returns the notes of a finished run. @param model after its last step */
export function notesAfter(
  prepared: Pick<Prepared, 'parent' | 'start' | 'recipe'>,
  model: ModelContent,
  results: readonly StepResult[] = [],
): string[] {
  const lost = results.flatMap(({ step: name, keptWork }, index) =>
    keptWork && keptWork.lost.length > 0 ? [lostNote({ index, name, lost: keptWork.lost })] : [],
  );
  return [...notesBefore(prepared), ...storageNotes(prepared.start, model), ...lost];
}

/** Most tensors that a note names. */
const NAMED = 3;

/** Says what a step did not leave as earlier steps made it. */
export function lostNote({ index, name, lost }: { index: number; name: string; lost: readonly string[] }): string {
  const more = lost.length > NAMED ? `, and ${lost.length - NAMED} more` : '';
  return `Step ${index + 1}, ${name}, did not keep the work of earlier steps: ${lost.slice(0, NAMED).join(', ')}${more}.`;
}

/** Finds the tensors that steps change without regard to the numbers in which they are stored. */
function freelyChanged(start: ModelContent, { steps }: Recipe): (name: string) => boolean {
  const trained = steps.filter((step) => step.step === 'train' || step.step === 'finetune' || step.step === 'distill');
  // A train step begins with weights of its own.
  if (trained.some((step) => !keepsValues(step))) return () => true;
  const measured = trained.length > 0 || steps.some(({ step }) => step === 'recalibrate');
  if (!measured) return () => false;
  const statistics = readGraph(start)
    .layers.flatMap(({ tensors }) => tensors)
    .filter(({ role }) => role === 'mean' || role === 'variance');
  const names = new Set(statistics.map(({ tensor }) => tensor.name));
  return (name) => names.has(name);
}
