import type { Evaluation } from '../../protocol/measure';
import type { Details } from '../../protocol/measure/evaluation';
import type { AnswersOf } from '../../protocol/measure/answers';
import type { TaskName } from '../../protocol/task';

/** One output of an evaluated model: its task, and the figures of its classes or labels. */
export interface OutputView extends Details {
  /** Undefined where the model has one output. */
  readonly output: string | undefined;
  readonly task: TaskName;
  /** The kinds of answers that can be shown. */
  readonly offers: readonly AnswersOf['kind'][];
}

const NONE: Details = { perClass: [], confusion: [] };

/** The outputs of an evaluation, in their order. */
export function outputsOf(evaluation: Evaluation): OutputView[] {
  // Earlier versions knew one task, and no figures of several outputs.
  const [first, ...others] = evaluation.tasks ?? [];
  if (!first || others.length === 0) return [viewOf(undefined, first?.name ?? 'classification', evaluation)];
  return [first, ...others].map(({ name, output = '' }) => {
    const own = evaluation.outputs?.find((one) => one.output === output);
    return own ? viewOf(output, name, own) : { ...NONE, output, task: name, offers: [] };
  });
}

function viewOf(output: string | undefined, task: TaskName, { perClass, confusion, labels }: Details): OutputView {
  const classed = confusion.length > 0;
  return { output, task, perClass, confusion, ...(labels ? { labels } : {}), offers: offersOf(task, classed, labels !== undefined) }; // prettier-ignore
}

function offersOf(task: TaskName, classed: boolean, labelled: boolean): AnswersOf['kind'][] {
  switch (task) {
    case 'classification':
      return classed ? ['cell'] : [];
    case 'multi-label':
      return labelled ? ['label'] : [];
    case 'regression':
    case 'reconstruction':
      return ['some'];
    case 'step-classification':
    case 'pixel-classification':
      return classed ? ['some', 'cell'] : ['some'];
  }
}

/** The samples of a task that has classes, in the singular. */
export const sampleNoun = (task: TaskName): string =>
  task === 'pixel-classification' ? 'pixel' : task === 'step-classification' ? 'step' : 'example';

/** The name of a class. */
export const className = ({ perClass }: Pick<OutputView, 'perClass'>, index: number): string =>
  perClass[index]?.name ?? String(index);
