import { signal } from '@preact/signals';
import type { KeptText } from '../ui/kept-text';

/** A text in a field of a step that is no value of it. */
interface WrongText {
  readonly step: number;
  readonly id: string;
  readonly label: string;
  readonly text: string;
  /** One sentence. */
  readonly problem: string;
}

/** The wrong texts in the steps of the recipe: they stay while another step is shown, and nothing runs with them. */
export const wrongTexts = signal<readonly WrongText[]>([]);

function note(step: number, id: string, wrong: Pick<WrongText, 'label' | 'text' | 'problem'> | null): void {
  const others = wrongTexts.peek().filter((one) => one.step !== step || one.id !== id);
  if (wrong) wrongTexts.value = [...others, { step, id, ...wrong }];
  else if (others.length < wrongTexts.peek().length) wrongTexts.value = others;
}

/** The wrong text of a field, for the form of a step. @param isShown tells whether the form of this step is still shown */
export const keptIn =
  (step: number, isShown: () => boolean) =>
  (id: string, label: string): KeptText => ({
    text: wrongTexts.peek().find((one) => one.step === step && one.id === id)?.text ?? null,
    note: (text, problem) => note(step, id, problem === null ? null : { label, text, problem }),
    // A field that goes from its own form, such as one of another kind of amount, takes its text along.
    gone() {
      if (isShown()) note(step, id, null);
    },
  });

/** Lets wrong texts go with their steps. @param to the new place of a step; null: it is gone */
export const moveWrongTexts = (to: (step: number) => number | null): void => {
  wrongTexts.value = wrongTexts.peek().flatMap((one) => {
    const step = to(one.step);
    return step === null ? [] : [{ ...one, step }];
  });
};
