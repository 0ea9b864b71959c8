import { MAP_SIDE, type Answers, type ConfusionCell } from '../../../protocol/measure/answers';
import { classColor } from '../../../protocol/measure/class-colors';
import { thumbnail } from '../../dataset/pictures/thumbnail';
import type { Asked } from './pass';
import { placed } from './places';
import { showing } from './shown';

/**
 * Draws the true and predicted classes of the pixels of some examples: of those that have most pixels in a cell of the
 * confusion matrix, or of some that are spread evenly over the split.
 * @throws CancelledError
 */
export async function maps(asked: Asked, cell: ConfusionCell | null): Promise<Answers> {
  const { tasked, output } = asked;
  const [height, width] = output.shape;
  if (height === undefined || width === undefined) throw new Error('pixels have a height and a width');
  const found = await placed(asked, cell, ({ batch }) => showing(tasked.inputs, batch, MAP_SIDE));
  const draw = (classes: Int32Array): string => {
    const data = new Uint8Array(classes.length * 3);
    classes.forEach((index, i) => {
      data.set(classColor(index), i * 3);
    });
    return thumbnail({ height, width, channels: 3, data }, MAP_SIDE, 'nearest');
  };
  return {
    ...{ kind: 'maps', cell: cell && { actual: cell.actual, predicted: cell.predicted } },
    rows: found.map(({ place, target, answer, right, beside: input }) => ({
      ...{ place, right, target: draw(target), answer: draw(answer) },
      ...('picture' in input ? { input: input.picture } : {}),
    })),
  };
}
