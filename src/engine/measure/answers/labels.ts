import { UserError } from '../../../protocol/errors';
import { MOST_ANSWERS, type AnsweredExample, type Answers, type LabelMistake } from '../../../protocol/measure/answers';
import { sigmoidOf } from '../tasks/scores';
import { askAll, type Asked } from './pass';
import { Ranked } from './ranked';
import { showing } from './shown';

/**
 * Finds the examples with a mistake in a label of which the model is surest.
 * @throws UserError where there is no such label, CancelledError
 */
export async function mistakesOfLabel(asked: Asked, { label, mistake }: LabelMistake): Promise<Answers> {
  const { scoreSize: labels } = asked.output.task;
  if (label >= labels) throw new UserError(`The model has no label ${label}: choose one of 0 to ${labels - 1}.`);
  const found = new Ranked<AnsweredExample>(MOST_ANSWERS);
  await askAll(asked, ({ batch, from, scores, targets }) => {
    const shown = showing(asked.tasked.inputs, batch);
    for (let i = 0; i < batch.count; i++) {
      const [score, there] = [scores[i * labels + label]!, targets[i * labels + label] === 1];
      if (score > 0 === there || there !== (mistake === 'missed')) continue;
      found.offer(Math.abs(score), () => ({ place: from + i, ...shown(i), probability: sigmoidOf(score) }));
    }
    return true;
  });
  return { kind: 'labels', mistake: { label, mistake }, examples: found.entries };
}
