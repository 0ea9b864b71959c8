import { IMAGENET_CAFFE, ofChannel, sameNormalization, type Normalization } from '../../protocol/normalization';
import { CancelledError, UserError } from '../../protocol/errors';
import {
  MOST_ANSWERS,
  MOST_NUMBERS,
  MOST_POINTS,
  type Answers,
  type ConfusionCell,
} from '../../protocol/measure/answers';
import type { Progress } from '../../protocol/measure';
import { SHOWN_SIDE } from '../../protocol/data-examples';
import type { Batch, Examples } from '../dataset/examples';
import { numbersIn } from '../dataset/numbers-in';
import { thumbnail } from '../dataset/pictures/thumbnail';
import { batchWithin } from '../model/batch-size';
import type { Network } from '../model/network';
import { breathe } from '../pause';
import { ProgressMeter } from '../progress-meter';
import { paddedInputs, tracedScores } from './pass';
import { withTask } from './tasked-network';

const BATCH_SIZE = 500;
/** Numbers of an example that are shown where it is no picture. */
const SHOWN_VALUES = 12;

export interface AnswersOptions {
  /** The cell of the confusion matrix whose examples are asked for; null: answers that are spread over the split. */
  readonly cell: ConfusionCell | null;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Asks a network for some answers, to show them beside what is true: examples of a cell of the confusion matrix, numbers,
 * or pictures.
 * @throws UserError where model and examples do not fit, or the task has no such answers; CancelledError
 */
export async function someAnswers(network: Network, examples: Examples, options: AnswersOptions): Promise<Answers> {
  const { task } = withTask(network, examples);
  const [info, ...others] = task.infos;
  if (others.length > 0) throw new UserError('Answers can be shown for models with one output only.');
  const { cell } = options;
  switch (info.name) {
    case 'classification':
      if (cell) return ofCell(network, examples, { ...options, cell });
      throw new UserError('The answers are classes: choose a cell of the confusion matrix.');
    case 'regression':
      return numbers(network, spread(examples, MOST_POINTS), options);
    case 'reconstruction':
      return pictures(network, examples, options);
    default:
      throw new UserError('Single answers can be shown for classification, regression and reconstruction only.');
  }
}

/** Scores and targets of a batch. */
interface Part {
  readonly batch: Batch;
  readonly scores: Float32Array;
  readonly targets: Float32Array;
}

/** Runs the network on examples, batch by batch, until `hear` wants no more. @throws CancelledError */
async function run(
  network: Network,
  examples: Examples,
  { signal, onProgress }: AnswersOptions,
  hear: (part: Part) => boolean,
): Promise<void> {
  const tasked = withTask(network, examples);
  const size = batchWithin(network, Math.min(BATCH_SIZE, examples.length));
  const meter = new ProgressMeter('asking the model', examples.length, examples.noun, onProgress);
  const pass = tracedScores(tasked, size);
  try {
    for (let from = 0; from < examples.length; from += size) {
      if (signal.aborted) throw new CancelledError();
      const batch = examples.batch(from, size);
      const scores = await pass.run(...paddedInputs(tasked, batch, size));
      if (!hear({ batch, scores, targets: tasked.targetsOf(batch) })) return;
      meter.advance(batch.count);
      await breathe();
    }
  } finally {
    pass.dispose();
  }
}

/** Takes at most `count` examples, spread evenly. */
function spread(examples: Examples, count: number): Examples {
  const wanted = Math.min(count, examples.length);
  return examples.at(Uint32Array.from({ length: wanted }, (_, i) => Math.floor((i * examples.length) / wanted)));
}

async function ofCell(
  network: Network,
  examples: Examples,
  options: AnswersOptions & { cell: ConfusionCell },
): Promise<Answers> {
  const { actual, predicted } = options.cell;
  const { task } = withTask(network, examples);
  const found: Extract<Answers, { kind: 'classes' }>['examples'] = [];
  let before = 0;
  await run(network, examples, options, ({ batch, scores, targets }) => {
    for (let i = 0; i < batch.count && found.length < MOST_ANSWERS; i++) {
      const row = scores.subarray(i * task.scoreSize, (i + 1) * task.scoreSize);
      if (targets[i] !== actual || highestOf(row) !== predicted) continue;
      found.push({ place: before + i, ...shown(examples, batch, i), probability: probabilityOf(row, predicted) });
    }
    before += batch.count;
    return found.length < MOST_ANSWERS;
  });
  return { kind: 'classes', cell: options.cell, examples: found };
}

/** Returns the first of the highest scores, which is the class that counts in the confusion matrix. */
const highestOf = (row: Float32Array): number =>
  row.reduce((best, score, index) => (score > row[best]! ? index : best), 0);

function probabilityOf(row: Float32Array, index: number): number {
  const highest = Math.max(...row);
  const sum = row.reduce((all, score) => all + Math.exp(score - highest), 0);
  return Math.exp(row[index]! - highest) / sum;
}

/** Returns an example as a picture, or its first numbers where it is none. */
function shown(examples: Examples, { values }: Batch, index: number): { picture: string } | { values: number[] } {
  const size = numbersIn(examples.shape);
  const own = values.subarray(index * size, (index + 1) * size);
  const { normalization } = examples;
  const form = pictureForm(examples.shape);
  if (!form || !normalization) return { values: [...own.subarray(0, SHOWN_VALUES)] };
  return { picture: pictureOf(asDisplayed(own, form, normalization), form, [0, 1]) };
}

/** Undoes a normalization: returns shares of white, with channels in the order red, green, blue. */
function asDisplayed(values: Float32Array, [, , channels]: Form, normalization: Normalization): Float32Array {
  const { mean, std } = normalization;
  const isBgr = channels === 3 && sameNormalization(normalization, IMAGENET_CAFFE);
  return values.map((_, i) => {
    const channel = i % channels;
    const at = isBgr ? i - channel + (channels - 1 - channel) : i;
    return values[at]! * ofChannel(std, at % channels) + ofChannel(mean, at % channels);
  });
}

async function numbers(network: Network, examples: Examples, options: AnswersOptions): Promise<Answers> {
  const { targetSize } = withTask(network, examples).task;
  const columns = Array.from({ length: Math.min(targetSize, MOST_NUMBERS) }, (): [number, number][] => []);
  await run(network, examples, options, ({ batch, scores, targets }) => {
    for (let i = 0; i < batch.count; i++)
      columns.forEach((points, c) => points.push([targets[i * targetSize + c]!, scores[i * targetSize + c]!]));
    return true;
  });
  if (columns.some((points) => points.some((point) => !point.every(Number.isFinite))))
    throw new UserError(
      'The outputs of the model are NaN or infinite: its weights are damaged, so they cannot be shown.',
    );
  return { kind: 'numbers', width: targetSize, numbers: columns };
}

async function pictures(network: Network, all: Examples, options: AnswersOptions): Promise<Answers> {
  const examples = spread(all, MOST_ANSWERS);
  const { task } = withTask(network, examples);
  const size = task.targetSize;
  const shape = [examples.shape, examples.targets.numbers?.shape ?? []].find(
    (one) => numbersIn(one) === size && pictureForm(one),
  );
  const form = shape && pictureForm(shape);
  if (!form) return numbers(network, spread(all, MOST_POINTS), options);
  const rows: Extract<Answers, { kind: 'pictures' }>['rows'] = [];
  await run(network, examples, options, ({ batch, scores, targets }) => {
    const answers = task.asTargets?.(scores) ?? scores;
    const range = rangeOf(targets);
    for (let i = 0; i < batch.count; i++) {
      const input = shown(examples, batch, i);
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

function rangeOf(values: Float32Array): [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < from) from = value;
    if (value > to) to = value;
  }
  return [from, to];
}

/** Height, width and channels of a picture. */
type Form = readonly [number, number, 1 | 3];

/** Returns the form of examples that are pictures, gray or of three colors; undefined for others. */
function pictureForm([height, width, channels = 1, ...others]: readonly number[]): Form | undefined {
  if (height === undefined || width === undefined || others.length > 0) return undefined;
  return channels === 1 || channels === 3 ? [height, width, channels] : undefined;
}

/** Draws numbers as a picture, from black to white over a range. */
function pictureOf(
  values: Float32Array,
  [height, width, channels]: Form,
  [from, to]: readonly [number, number],
): string {
  const scale = to > from ? 255 / (to - from) : 0;
  const data = Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round((value - from) * scale))));
  return thumbnail({ height, width, channels, data }, SHOWN_SIDE);
}
