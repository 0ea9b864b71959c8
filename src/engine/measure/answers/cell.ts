import {
  MOST_ANSWERS,
  type AnsweredExample,
  type Answers,
  type ConfusionCell,
} from '../../../protocol/measure/answers';
import { askAll, highestIn, type Asked } from './pass';
import { showing } from './shown';

/** Finds the first examples of a cell of the confusion matrix. @throws CancelledError */
export async function cellOfExamples(asked: Asked, { actual, predicted }: ConfusionCell): Promise<Answers> {
  const { scoreSize } = asked.output.task;
  const examples: AnsweredExample[] = [];
  await askAll(asked, ({ batch, from, scores, targets }) => {
    const shown = showing(asked.tasked.inputs, batch);
    for (let i = 0; i < batch.count && examples.length < MOST_ANSWERS; i++) {
      const row = scores.subarray(i * scoreSize, (i + 1) * scoreSize);
      if (targets[i] !== actual || highestIn(row, 0, scoreSize) !== predicted) continue;
      examples.push({ place: from + i, ...shown(i), probability: probabilityOf(row, predicted) });
    }
    return examples.length < MOST_ANSWERS;
  });
  return { kind: 'classes', cell: { actual, predicted }, examples };
}

function probabilityOf(row: Float32Array, index: number): number {
  const highest = Math.max(...row);
  const sum = row.reduce((all, score) => all + Math.exp(score - highest), 0);
  return Math.exp(row[index]! - highest) / sum;
}
