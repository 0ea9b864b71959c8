import { batch, computed, effect, signal } from '@preact/signals';
import { changed, newHistory, redone, settled, undone, type History } from '../ui/history';
import { changedField, NO_EDITS, sameEdits, type Edits } from '../workbench/edits';
import { inputHappened } from './preview';
import { current } from './recipe';
import { moveWrongTexts } from './wrong-texts';
import { amounts, announcement, drafts, epochs, inspection, seed } from './session';

const history = signal<History<Edits>>(newHistory(NO_EDITS));
/** The weights that the edits are about; undefined: none yet. */
let of: string | undefined;

export const canUndo = computed(() => history.value.past.length > 0);
export const canRedo = computed(() => history.value.future.length > 0);

/** Keeps the thresholds and the recipe before each change, for these weights. */
export function followEdits(): void {
  effect(() => {
    const now: Edits = { amounts: amounts.value, epochs: epochs.value, drafts: drafts.value, seed: seed.value };
    const hash = inspection.value?.weightsHash;
    const before = history.peek();
    // Amounts of other weights, or as they were saved, are nothing that a person changed here.
    if (hash === undefined || hash !== of) history.value = newHistory(now);
    else if (!sameEdits(before.now, now))
      history.value = changed(before, now, changedField(before.now, now), performance.now());
    else if (before.now !== now) history.value = { ...before, now };
    of = hash;
  });
}

/** The next change is undone alone. */
export function settleEdits(): void {
  if (history.peek().last) history.value = settled(history.peek());
}

function apply(next: History<Edits>, words: string): void {
  const { now } = next;
  batch(() => {
    inputHappened(performance.now());
    history.value = next;
    amounts.value = now.amounts;
    epochs.value = now.epochs;
    if (drafts.peek() !== now.drafts) moveWrongTexts(() => null);
    drafts.value = now.drafts;
    seed.value = now.seed;
    const last = now.drafts.length - 1;
    current.value = last < 0 ? null : Math.min(current.peek() ?? 0, last);
    announcement.value = words;
  });
}

/** Takes the last change of a threshold or of the recipe back. */
export function undo(): void {
  if (canUndo.peek()) apply(undone(history.peek()), 'Undone.');
}

/** Makes it again. */
export function redo(): void {
  if (canRedo.peek()) apply(redone(history.peek()), 'Redone.');
}
