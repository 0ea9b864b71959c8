import { UserError } from '../../../protocol/errors';
import { MOST_NUMBERS, MOST_POINTS, type Answers } from '../../../protocol/measure/answers';
import { askAll, spread, type Asked } from './pass';

/** Returns true and predicted numbers of some examples. @throws UserError where one is not finite, CancelledError */
export async function someNumbers(asked: Asked): Promise<Answers> {
  const { task } = asked.output;
  const { targetSize } = task;
  const columns = Array.from({ length: Math.min(targetSize, MOST_NUMBERS) }, (): [number, number][] => []);
  const examples = asked.examples.at(spread(asked.examples, MOST_POINTS));
  await askAll({ ...asked, examples }, ({ batch, scores, targets }) => {
    const answers = task.asTargets?.(scores) ?? scores;
    for (let i = 0; i < batch.count; i++)
      columns.forEach((points, c) => points.push([targets[i * targetSize + c]!, answers[i * targetSize + c]!]));
    return true;
  });
  if (columns.some((points) => points.some((point) => !point.every(Number.isFinite))))
    throw new UserError(
      'The outputs of the model are NaN or infinite: its weights are damaged, so they cannot be shown.',
    );
  return { kind: 'numbers', width: targetSize, numbers: columns };
}
