import { MOST_ANSWERS, type Answers } from '../../../protocol/measure/answers';
import { numbersIn } from '../../dataset/numbers-in';
import { someNumbers } from './numbers';
import { askAll, spread, type Asked } from './pass';
import { pictureForm, pictureOf, rangeOf, showing } from './shown';

/** Returns some answers that are pictures beside their targets, or numbers where they are none. @throws UserError, CancelledError */
export async function somePictures(asked: Asked): Promise<Answers> {
  const { tasked, output } = asked;
  const { task, targets } = output;
  const size = task.targetSize;
  const shapes = [...tasked.inputs.map(({ stored }) => stored.shape), targets.numbers?.shape ?? [], output.shape];
  const shape = shapes.find((one) => numbersIn(one) === size && pictureForm(one));
  const form = shape && pictureForm(shape);
  if (!form) return someNumbers(asked);
  const rows: Extract<Answers, { kind: 'pictures' }>['rows'] = [];
  const examples = asked.examples.at(spread(asked.examples, MOST_ANSWERS));
  await askAll({ ...asked, examples }, ({ batch, scores, targets }) => {
    const answers = task.asTargets?.(scores) ?? scores;
    const range = rangeOf(targets);
    const shown = showing(tasked.inputs, batch);
    for (let i = 0; i < batch.count; i++) {
      const input = shown(i);
      const of = (numbers: Float32Array) => pictureOf(numbers.subarray(i * size, (i + 1) * size), form, range);
      rows.push({
        ...('picture' in input ? { input: input.picture } : {}),
        ...{ target: of(targets), answer: of(answers) },
      });
    }
    return true;
  });
  return { kind: 'pictures', rows };
}
