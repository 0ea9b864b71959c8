import { computed, effect, signal } from '@preact/signals';
import type { AnswersOf, ConfusionCell } from '../../protocol/measure/answers';
import { question } from '../question/question';
import { ask } from '../state/host';
import { evaluation } from '../state/session';

/** The output whose figures are shown; undefined: the first, or the only one. */
export const shownOutput = signal<string | undefined>(undefined);

/** The answers that were asked for; null: none. */
export const askedFor = signal<AnswersOf | null>(null);

/** The cell of the confusion matrix among these. */
export const shownCell = computed<ConfusionCell | null>(() =>
  askedFor.value?.kind === 'cell' ? askedFor.value : null,
);

/** These answers. */
export const answers = question((asking) => {
  const output = shownOutput.value;
  const of = askedFor.value ?? { kind: 'some' };
  return ask('answers', { ...(output === undefined ? {} : { output }), of }, asking);
});

/** Asks for answers in place of those that are shown. */
export function showAnswers(of: AnswersOf): void {
  if (answers.running.value) return;
  askedFor.value = of;
  answers.forget();
  void answers.ask();
}

/** Shows the figures of another output. */
export function showOutput(output: string): void {
  forget();
  shownOutput.value = output;
}

function forget(): void {
  answers.cancel();
  answers.forget();
  askedFor.value = null;
}

/** Forgets the answers when there is another evaluation. */
export function followEvaluation(): void {
  let of = evaluation.peek();
  effect(() => {
    if (evaluation.value === of) return;
    of = evaluation.value;
    forget();
    shownOutput.value = undefined;
  });
}
