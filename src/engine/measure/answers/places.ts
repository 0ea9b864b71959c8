import { MOST_ANSWERS, type ConfusionCell } from '../../../protocol/measure/answers';
import { askAll, highestIn, spread, type Asked, type Part } from './pass';
import { Ranked } from './ranked';

/** The classes of the places of an example: its steps or pixels. */
export interface Placed {
  /** The place of the example in the split. */
  readonly place: number;
  readonly target: Int32Array;
  readonly answer: Int32Array;
  /** Share of places that are right, 0 to 1. */
  readonly right: number;
}

/**
 * Finds the classes of the places of some examples: of those that have most places in a cell of the confusion matrix, or
 * of some that are spread evenly over the split.
 * @param beside makes that which is shown of an example beside them; called for those alone that may be among the results
 * @throws CancelledError
 */
export async function placed<T>(
  asked: Asked,
  cell: ConfusionCell | null,
  beside: (part: Part) => (index: number) => T,
): Promise<(Placed & { readonly beside: T })[]> {
  const { scoreSize, targetSize } = asked.output.task;
  const classes = scoreSize / targetSize;
  const places = cell ? undefined : spread(asked.examples, MOST_ANSWERS);
  const examples = places ? asked.examples.at(places) : asked.examples;
  const found = new Ranked<Placed & { readonly beside: T }>(MOST_ANSWERS);
  await askAll({ ...asked, examples }, (part) => {
    const { batch, from, scores, targets } = part;
    const shown = beside(part);
    for (let i = 0; i < batch.count; i++) {
      const target = Int32Array.from(targets.subarray(i * targetSize, (i + 1) * targetSize));
      const answer = target.map((_, p) => highestIn(scores, i * scoreSize + p * classes, classes));
      const inCell = cell && countOf(target, (one, p) => one === cell.actual && answer[p] === cell.predicted);
      if (inCell === 0) continue;
      found.offer(inCell ?? 0, () => ({
        ...{ place: places?.[from + i] ?? from + i, target, answer, beside: shown(i) },
        right: countOf(target, (one, p) => one === answer[p]) / targetSize,
      }));
    }
    return true;
  });
  return found.entries;
}

function countOf(classes: Int32Array, counts: (index: number, place: number) => boolean): number {
  let count = 0;
  for (let p = 0; p < classes.length; p++) if (counts(classes[p]!, p)) count++;
  return count;
}
