import { signal } from '@preact/signals';
import type { Split } from '../../protocol/dataset';
import { question } from '../question/question';
import { askData } from '../state/host';

/** The recognized properties of the data. */
export const review = question((asking) => askData('review', {}, { signal: asking.signal }));

/** The split whose examples are shown. */
export const shownSplit = signal<Split>('train');

/** Examples of that split. */
export const shown = question((asking) => askData('shown', { split: shownSplit.value }, { signal: asking.signal }));

/** The sentence why the last button did nothing; null: it did what it says. */
export const refusal = signal<string | null>(null);

/** Reads the data, and then examples of its first split. */
export async function openReview(): Promise<void> {
  refusal.value = null;
  await review.ask();
  const splits = review.answer.value?.description.splits ?? [];
  if (review.problem.value !== null || !splits[0]) return;
  if (!splits.some(({ name }) => name === shownSplit.value)) shownSplit.value = splits[0].name;
  await shown.ask();
}

/** Shows the examples of another split. */
export function showSplit(split: Split): void {
  shownSplit.value = split;
  void shown.ask();
}

/** Does what a button says. */
export async function act(what: 'use' | 'another' | 'save' | 'edit'): Promise<void> {
  refusal.value = null;
  try {
    await askData(what, {});
    if (what === 'save') await openReview();
  } catch (error) {
    refusal.value = error instanceof Error ? error.message : String(error);
  }
}
