import { plural } from '../../../protocol/format';
import { lossOf } from '../losses';
import { saidOf, type Chosen } from './chosen';
import { misfit } from './misfit';
import { OfLabels } from './of-labels';
import { SIGMOIDS, type Subject } from './subject';
import { NoTask, type Task } from './task';

/** Makes the task that gives any number of labels. @throws NoTask where output and targets do not fit */
export function labelsTask(subject: Subject, chosen: Chosen): Task {
  const { shape, targets, activation, output } = subject;
  const [labels, ...more] = shape;
  if (labels === undefined || labels < 2 || more.length > 0) throw misfit(subject);
  const { numbers, classNames } = targets;
  const asClasses = classNames?.length === labels;
  if (!asClasses && numbers?.shape.join() !== String(labels)) throw misfit(subject);
  if (!asClasses && !(numbers!.whole && numbers!.least >= 0 && numbers!.most <= 1))
    throw new NoTask(
      `The targets of several labels must be 0 or 1, but the data has numbers from ${numbers!.least} to ${numbers!.most}: correct them, or say another "task" in a NAME.data.json.`,
    );
  if (activation === 'softmax')
    throw new NoTask(
      'The outputs of the model are shares of one whole (softmax), so they cannot be labels of which any number is right: say another "task" in a NAME.data.json.',
    );
  const sigmoid = activation !== undefined && SIGMOIDS.has(activation);
  const said = saidOf(chosen, output, `multi-label classification with ${plural(labels, 'label')}`);
  const info = { ...{ name: chosen.name, loss: chosen.loss.name, said }, ...(output === undefined ? {} : { output }) };
  return new OfLabels({ info, loss: lossOf(chosen.loss), labels, form: sigmoid ? 'sigmoid' : 'logits' });
}
