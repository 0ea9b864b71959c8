import { effect, signal } from '@preact/signals';
import type { ConfusionCell } from '../../protocol/measure/answers';
import { question } from '../question/question';
import { ask } from '../state/host';
import { evaluation } from '../state/session';

/** The cell of the confusion matrix whose examples are shown; null: none. */
export const shownCell = signal<ConfusionCell | null>(null);

/** Answers of that cell, or some of all. */
export const answers = question((asking) => ask('answers', { cell: shownCell.value }, asking));

/** Shows examples of a cell of the confusion matrix. */
export function showCell(cell: ConfusionCell): void {
  if (answers.running.value) return;
  shownCell.value = cell;
  answers.forget();
  void answers.ask();
}

/** Shows answers beside what is true. */
export function showAnswers(): void {
  shownCell.value = null;
  void answers.ask();
}

/** Forgets the answers, because there is another evaluation. */
export function followEvaluation(): void {
  let of = evaluation.peek();
  effect(() => {
    if (evaluation.value === of) return;
    of = evaluation.value;
    answers.cancel();
    answers.forget();
    shownCell.value = null;
  });
}
