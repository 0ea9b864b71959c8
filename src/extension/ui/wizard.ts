import * as vscode from 'vscode';
import { plain } from './plain';

/** The title and the place of a question among several. */
export interface Frame {
  title: string;
  step: number;
  totalSteps: number;
}

/** The person wants the previous question. */
export const BACK = Symbol('back');
export type Answer<T> = T | typeof BACK | undefined;

/** A choice of one item; undefined if the person cancels. */
export function pickStep<T extends vscode.QuickPickItem>(
  frame: Frame,
  placeholder: string,
  items: readonly T[],
): Promise<Answer<T>> {
  const input = vscode.window.createQuickPick<T>();
  Object.assign(input, {
    ...plainFrame(frame),
    placeholder,
    items: items.map((item) => ({ ...item, label: plain(item.label), description: plain(item.description ?? '') })),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return ask(input, () => input.selectedItems[0]);
}

/** A line of text. `problem` gives the fault of a text, as one sentence. */
export function inputStep(
  frame: Frame,
  prompt: string,
  value: string,
  problem: (text: string) => string | undefined,
): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  Object.assign(input, { ...plainFrame(frame), prompt: plain(prompt), value });
  const validate = (): void => {
    input.validationMessage = plain(problem(input.value) ?? '');
  };
  input.onDidChangeValue(validate);
  return ask(input, () => {
    validate();
    return input.validationMessage ? undefined : input.value;
  });
}

/** Asks one question after another and goes back on request; undefined if the person cancels. */
export async function wizard<T extends object>(
  state: T,
  steps: readonly ((state: T, step: number, totalSteps: number) => Promise<Answer<Partial<T>>>)[],
): Promise<T | undefined> {
  let answers = state;
  for (let index = 0; index < steps.length;) {
    const answer = await steps[index]!(answers, index + 1, steps.length);
    if (answer === undefined) return undefined;
    if (answer === BACK) index = Math.max(0, index - 1);
    else {
      answers = { ...answers, ...answer };
      index++;
    }
  }
  return answers;
}

const plainFrame = (frame: Frame): Frame => ({ ...frame, title: plain(frame.title) });

function ask<T>(input: vscode.QuickPick<never> | vscode.QuickInput, take: () => T | undefined): Promise<Answer<T>> {
  const shown = input as vscode.QuickInput & Pick<vscode.InputBox, 'buttons' | 'onDidAccept' | 'onDidTriggerButton'>;
  if ((shown.step ?? 1) > 1) shown.buttons = [vscode.QuickInputButtons.Back];
  return new Promise<Answer<T>>((resolve) => {
    shown.onDidAccept(() => {
      const answer = take();
      if (answer !== undefined) resolve(answer);
    });
    shown.onDidTriggerButton(() => resolve(BACK));
    shown.onDidHide(() => resolve(undefined));
    shown.show();
  }).finally(() => shown.dispose());
}
