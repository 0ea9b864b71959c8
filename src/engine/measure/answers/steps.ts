import { MOST_STEPS, type Answers, type ConfusionCell } from '../../../protocol/measure/answers';
import { numbersIn } from '../../dataset/numbers-in';
import type { Asked } from './pass';
import { placed } from './places';

/**
 * Returns the true and predicted classes of the steps of some examples: of those that have most steps in a cell of the
 * confusion matrix, or of some that are spread evenly over the split.
 * @throws CancelledError
 */
export async function steps(asked: Asked, cell: ConfusionCell | null): Promise<Answers> {
  const count = asked.output.task.targetSize;
  // A number for each step is shown beside its class, as that of a word or of a single sensor.
  const input = asked.tasked.inputs.find(({ stored: { shape } }) => shape[0] === count && numbersIn(shape) === count);
  const found = await placed(asked, cell, ({ batch }) => {
    const all = input?.valuesOf(batch);
    return (i) => all && first(all.subarray(i * count, (i + 1) * count));
  });
  return {
    ...{ kind: 'steps', cell: cell && { actual: cell.actual, predicted: cell.predicted }, steps: count },
    rows: found.map(({ place, target, answer, right, beside: inputs }) => ({
      ...{ place, right, target: first(target), answer: first(answer) },
      ...(inputs ? { inputs } : {}),
    })),
  };
}

const first = (all: Int32Array | Float32Array): number[] => [...all.subarray(0, MOST_STEPS)];
