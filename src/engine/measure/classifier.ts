import { UserError } from '../../protocol/errors';
import { plural } from '../../protocol/format';
import { tf } from '../tf';
import { numbersIn, type Batch } from '../dataset/examples';
import type { ModelContent } from '../checkpoint/types';
import { INFERENCE, type Network, type OpenShape, type Pass } from '../model/network';
import { otherLoss } from '../model/trained-for';
import { answersProbabilities } from './probabilities';

/** Smallest probability whose logarithm is taken, as in Keras. */
const SMALLEST_PROBABILITY = 1e-7;

/** A network that classifies. */
export interface Classifier {
  readonly network: Network;
  readonly classes: number;
  /**
   * Returns the logits of a batch, count x classes. For networks that end in probabilities these are their logarithms,
   * which are logits too. The pass is an inference pass unless another is given. Call it within a tidy.
   */
  logits(batch: Batch, pass?: Pass): tf.Tensor2D;
  /** Does the same from the tensor of the examples, of the shape `shapeOf(count)`. */
  logitsOf(images: tf.Tensor, pass?: Pass): tf.Tensor2D;
  /** Does the same from the network's output. */
  logitsFrom(output: tf.Tensor2D): tf.Tensor2D;
  shapeOf(count: number): number[];
}

/** The model does not classify this data, so its accuracy would mean nothing. */
export class NoClassifier extends UserError {}

const ONLY_CLASSES = 'only networks with one output for each class can be evaluated or trained yet';

/** Refuses a model that was trained for another task, as its description says. @throws NoClassifier */
export function refuseOtherTasks(model: ModelContent): void {
  const loss = otherLoss(model);
  if (loss !== undefined)
    throw new NoClassifier(
      `The model was trained with the loss "${loss}", which is not the cross-entropy of classes, and ${ONLY_CLASSES}: if it is such a network all the same, remove the training configuration from its model.json.`,
    );
}

/**
 * Checks that a network has exactly `classes` classes and takes such examples, see `inputShape`.
 * @throws NoClassifier, UserError
 */
export function asClassifier(network: Network, images: { shape: readonly number[] }, classes: number): Classifier {
  if (network.inputs.length !== 1 || network.outputs.length !== 1)
    throw new UserError(
      `The model has ${network.inputs.length} inputs and ${network.outputs.length} outputs: only models with one of each can be evaluated or trained.`,
    );
  const units = unitsOf(network, classes);
  const input = inputShape(network.inputs[0]!.shape, images.shape);
  const probabilities = answersProbabilities(network, input);
  const shapeOf = (count: number): number[] => [count, ...input];
  const logitsFrom = (y: tf.Tensor2D): tf.Tensor2D =>
    probabilities ? tf.log(tf.clipByValue(tf.div(y, tf.sum(y, 1, true)), SMALLEST_PROBABILITY, 1)) : y;
  const logitsOf = (x: tf.Tensor, pass = INFERENCE): tf.Tensor2D =>
    logitsFrom(network.forward([x], pass)[0] as tf.Tensor2D);
  return {
    ...{ network, classes: units, logitsOf, logitsFrom, shapeOf },
    logits: (batch, pass) => logitsOf(tf.tensor(batch.values, shapeOf(batch.count)), pass),
  };
}

/** Returns the units of a model's output. @throws NoClassifier where the model does not tell so many classes apart */
function unitsOf({ inputs, outputs }: Network, classes: number): number {
  const [input, output] = [inputs[0]!.shape, outputs[0]!.shape];
  const units = output.length === 2 ? output[1] : undefined;
  if (units === classes && units > 1) return units;
  const size = sizeOf(output);
  if (size !== null && size === sizeOf(input))
    throw new NoClassifier(
      `The model's output has as many numbers as its input (${size}), as that of an autoencoder, and ${ONLY_CLASSES}.`,
    );
  if (units === 1)
    throw new NoClassifier(
      `The model answers with one number, as for binary classification or regression, and ${ONLY_CLASSES}.`,
    );
  if (units == null)
    throw new NoClassifier(
      `The model's output has shape ${shapeText(output)}, but the dataset needs [?, ${classes}], and ${ONLY_CLASSES}.`,
    );
  throw new NoClassifier(
    `The model tells ${units} classes apart but the dataset has ${classes}: choose the data it was trained on${
      units > classes ? `, or name all ${units} classes as "classNames" of a recipe's data` : ''
    }.`,
  );
}

/** Counts the numbers of one example; null where a size is open. */
const sizeOf = ([, ...sizes]: OpenShape): number | null =>
  sizes.reduce<number | null>((all, one) => (all === null || one === null ? null : all * one), 1);

/**
 * Returns the shape, without the batch dimension, in which examples enter a network that takes `wanted`: unchanged,
 * flattened, with or without a single channel; rows of pixels also as an image of one channel.
 * @throws UserError
 */
export function inputShape(wanted: OpenShape, example: readonly number[]): number[] {
  const inner = wanted.slice(1);
  const unfolded = example.length === 1 ? imageOfOneChannel(inner, example[0]!) : undefined;
  const forms = [
    example,
    [numbersIn(example)],
    ...(example.at(-1) === 1 ? [example.slice(0, -1)] : [[...example, 1]]),
    ...(unfolded ? [unfolded] : []),
  ];
  const form = forms.find(
    (candidate) =>
      candidate.length === inner.length && candidate.every((size, i) => inner[i] === null || inner[i] === size),
  );
  if (!form)
    throw new UserError(
      `${described(example)} but the model takes input of shape ${shapeText(wanted)}: choose the data it was trained on.`,
    );
  return [...form];
}

const described = (example: readonly number[]): string =>
  example.length === 1
    ? `Each row of the dataset has ${plural(example[0]!, 'number')}`
    : `The images of the dataset are ${example.join('x')}`;

/** Returns the sizes of an image of one channel with so many pixels, where `wanted` names them all. */
function imageOfOneChannel(wanted: OpenShape, pixels: number): number[] | undefined {
  const sizes = wanted.flatMap((size) => (size === null ? [] : [size]));
  const whole = sizes.length === wanted.length && numbersIn(sizes) === pixels;
  return whole && (sizes.length === 2 || (sizes.length === 3 && sizes[2] === 1)) ? sizes : undefined;
}

const shapeText = (shape: OpenShape): string => `[${shape.map((size) => size ?? '?').join(', ')}]`;
