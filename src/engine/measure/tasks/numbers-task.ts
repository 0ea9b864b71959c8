import { RAW, isEven, normalizationName, ofChannel, type Normalization } from '../../../protocol/normalization';
import { TASK_WORDS } from '../../../protocol/task';
import type { Batch } from '../../dataset/examples';
import { numbersIn } from '../../dataset/numbers-in';
import { lossOf } from '../losses';
import { saidOf, type Chosen } from './chosen';
import { misfit } from './misfit';
import { OfNumbers } from './of-numbers';
import { SIGMOIDS, type Subject } from './subject';
import { NoTask, type Task } from './task';

/** The ranges of activations that bound their outputs. */
const BOUNDS: ReadonlyMap<string, readonly [number, number]> = new Map<string, readonly [number, number]>([
  ...Array.from(SIGMOIDS, (name): [string, [number, number]] => [name, [0, 1]]),
  ['softmax', [0, 1]],
  ['tanh', [-1, 1]],
]);

const UNIT: Normalization = { mean: 0, std: 1 };
const SIGNED: Normalization = { mean: 0.5, std: 0.5 };

/** Makes the task that answers with the numbers of the data. @throws NoTask where output and targets do not fit */
export function regressionTask(subject: Subject, chosen: Chosen): Task {
  const { shape, targets, activation, output } = subject;
  const { numbers } = targets;
  const fits = numbers && [numbers.shape, [...numbers.shape, 1]].some((one) => one.join() === shape.join());
  if (!fits) throw misfit(subject);
  const bounds = activation === undefined ? undefined : BOUNDS.get(activation);
  if (bounds && (numbers.least < bounds[0] || numbers.most > bounds[1]))
    throw new NoTask(
      `The outputs of the model lie from ${bounds[0]} to ${bounds[1]} (${activation!}), but the targets from ${numbers.least} to ${numbers.most}: scale them as in its training, or choose the data it was trained on.`,
    );
  const size = numbersIn(shape);
  const info = { ...{ name: chosen.name, loss: chosen.loss.name, said: saidOf(chosen, output, TASK_WORDS.regression) }, ...(output === undefined ? {} : { output }) }; // prettier-ignore
  return new OfNumbers({
    ...{ info, loss: lossOf(chosen.loss), size, columns: shape.at(-1) ?? 1, squashed: false },
    targetsOf: ({ numbers: all }) => all,
    placed: shape.length > 1,
  });
}

/**
 * Makes the task that answers with an image: the input itself, or the image that is its target. Targets that are pixels
 * are scaled to the range of the output where its activation or loss bounds it, and as the inputs otherwise.
 * @throws NoTask where output and targets do not fit
 */
export function reconstructionTask(subject: Subject, chosen: Chosen): Task {
  const { shape, input, targets, activation, normalization, output } = subject;
  const { numbers, classNames } = targets;
  const size = numbersIn(shape);
  const own = !numbers || classNames !== undefined || numbersIn(numbers.shape) !== size;
  if (own && numbersIn(input) !== size) throw misfit(subject);
  const logits = chosen.loss.name.startsWith('binary_');
  const bounds = activation === undefined ? undefined : BOUNDS.get(activation);
  const [least] = logits ? [0] : (bounds ?? []);
  const scale = least === 0 ? UNIT : least === -1 ? SIGNED : normalization;
  const pixels = own ? normalization !== null : numbers.pixels;
  const targetsOf = own ? ownTargets(normalization, pixels ? scale : null) : (batch: Batch) => scaled(batch.numbers, RAW, pixels ? (scale ?? RAW) : null); // prettier-ignore
  const words = reconstructionWords(own, pixels && scale ? normalizationName(scale) : undefined);
  const info = { ...{ name: chosen.name, loss: chosen.loss.name, said: saidOf(chosen, output, words) }, ...(output === undefined ? {} : { output }) }; // prettier-ignore
  return new OfNumbers({
    ...{ info, loss: lossOf(chosen.loss), size, columns: shape.at(-1) ?? 1, targetsOf },
    squashed: logits && !(activation !== undefined && BOUNDS.get(activation)?.[0] === 0),
    placed: !own,
    implied: own && (scale === UNIT || scale === SIGNED) ? scale : undefined,
    peak: peakOf(pixels ? (scale ?? RAW) : null),
  });
}

/** The task in words. @param own true where the input is the target @param pixels the range of its pixels, where it is known */
function reconstructionWords(own: boolean, pixels: string | undefined): string {
  if (pixels === undefined) return own ? 'reconstruction of the input' : TASK_WORDS.reconstruction;
  return own
    ? `reconstruction of the input with pixels in ${pixels}`
    : `reconstruction of images with pixels in ${pixels}`;
}

const ownTargets =
  (from: Normalization | null, to: Normalization | null) =>
  ({ values }: Batch): Float32Array =>
    from === null ? values : scaled(values, from, to);

/** Takes pixels from one normalization to another; null leaves the numbers as they are. */
function scaled(values: Float32Array, from: Normalization, to: Normalization | null): Float32Array {
  if (to === null || to === from) return values;
  const factors = [0, 1, 2].map((channel) => ofChannel(from.std, channel) / ofChannel(to.std, channel));
  const offsets = [0, 1, 2].map(
    (channel) => (ofChannel(from.mean, channel) - ofChannel(to.mean, channel)) / ofChannel(to.std, channel),
  );
  if (isEven(from) && isEven(to)) return values.map((value) => value * factors[0]! + offsets[0]!);
  return values.map((value, i) => value * factors[i % 3]! + offsets[i % 3]!);
}

/** Returns the range of pixels, where it is the same in all channels. */
const peakOf = (scale: Normalization | null): number | undefined =>
  scale && isEven(scale) ? 1 / scale.std : undefined;
