import { UserError } from '../../../protocol/errors';
import type { Answers, AnswersQuestion } from '../../../protocol/measure/answers';
import type { Examples } from '../../dataset/examples';
import type { Network } from '../../model/network';
import { cellOfExamples } from './cell';
import { mistakesOfLabel } from './labels';
import { someNumbers } from './numbers';
import { outputOf, type Asked } from './pass';
import { somePictures } from './pictures';
import { maps } from './maps';
import { steps } from './steps';

/** The question, and how its progress is heard and ended. */
export type AnswersOptions = AnswersQuestion & Pick<Asked, 'signal' | 'onProgress'>;

/**
 * Asks a network for some answers, to show them beside what is true: examples of a cell of the confusion matrix or with
 * a mistake in a label, numbers, pictures, or classes of steps or pixels.
 * @throws UserError where model and examples do not fit, or the task has no such answers; CancelledError
 */
export async function someAnswers(network: Network, examples: Examples, options: AnswersOptions): Promise<Answers> {
  const { output: name, of, signal, onProgress } = options;
  const asked = { ...outputOf(network, examples, name), examples, signal, onProgress };
  switch (asked.output.task.infos[0].name) {
    case 'classification':
      if (of.kind === 'cell') return cellOfExamples(asked, of);
      throw new UserError('The answers are classes: choose a cell of the confusion matrix.');
    case 'multi-label':
      if (of.kind === 'label') return mistakesOfLabel(asked, of);
      throw new UserError('The answers are labels: choose a label, and whether it was missed or is wrong.');
    case 'regression':
      return someNumbers(asked);
    case 'reconstruction':
      return somePictures(asked);
    case 'pixel-classification':
      return maps(asked, of.kind === 'cell' ? of : null);
    case 'step-classification':
      return steps(asked, of.kind === 'cell' ? of : null);
  }
}
