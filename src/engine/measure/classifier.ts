import { UserError } from '../../protocol/errors';
import { tf, type layers } from '../backend/tf';
import type { Batch } from '../dataset/images';
import { outputKind } from '../model/output';
import { descriptionOf } from '../model/runnable';
import { readTopology } from '../model/topology';

/** Probabilities below this count as this much, as in Keras. */
const SMALLEST_PROBABILITY = 1e-7;

/** A network that tells classes of images apart. */
export interface Classifier {
  readonly model: layers.LayersModel;
  readonly classes: number;
  /**
   * Logits, count x classes, of the images of a batch. Networks that end in probabilities answer with their logarithms,
   * which are logits too. Call it within a tidy.
   */
  logits(batch: Batch, training: boolean): tf.Tensor2D;
  /** The same from the tensor of its images, of the shape `shapeOf(count)`. */
  logitsOf(images: tf.Tensor, training: boolean): tf.Tensor2D;
  /** The same from the model's output. */
  logitsFrom(output: tf.Tensor2D): tf.Tensor2D;
  shapeOf(count: number): number[];
}

/**
 * Checks that `model` takes such images (height, width, channels; also flattened, or without a single channel) and
 * tells at least `classes` classes apart. Throws UserError.
 */
export function asClassifier(
  model: layers.LayersModel,
  images: { shape: readonly [number, number, number] },
  classes: number,
): Classifier {
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    throw new UserError(
      `The model has ${model.inputs.length} inputs and ${model.outputs.length} outputs: only models with one of each can be evaluated or trained.`,
    );
  const input = inputShape(model.inputs[0]!.shape, images.shape);
  const output = model.outputs[0]!.shape;
  const units = output.length === 2 ? output[1] : undefined;
  if (units == null || units < 2)
    throw new UserError(
      `The model's output has shape ${shapeText(output)}: evaluating needs one number for each class, for example [?, ${classes}].`,
    );
  if (units < classes)
    throw new UserError(
      `The dataset has ${classes} classes but the model tells only ${units} apart: choose the data it was trained on.`,
    );
  const probabilities = outputKind(readTopology(descriptionOf(model))) === 'probabilities';
  const shapeOf = (count: number): number[] => [count, ...input];
  const logitsFrom = (y: tf.Tensor2D): tf.Tensor2D =>
    probabilities ? tf.log(tf.clipByValue(tf.div(y, tf.sum(y, 1, true)), SMALLEST_PROBABILITY, 1)) : y;
  const logitsOf = (x: tf.Tensor, training: boolean): tf.Tensor2D =>
    logitsFrom(model.apply(x, { training }) as tf.Tensor2D);
  return {
    ...{ model, classes: units, logitsOf, logitsFrom, shapeOf },
    logits: (batch, training) => logitsOf(tf.tensor(batch.pixels, shapeOf(batch.count)), training),
  };
}

/** The shape, without the batch dimension, in which such images enter a network that takes `wanted`. @throws UserError */
export function inputShape(wanted: readonly (number | null)[], image: readonly [number, number, number]): number[] {
  const [height, width, channels] = image;
  const forms = [[height, width, channels], [height * width * channels], ...(channels === 1 ? [[height, width]] : [])];
  const inner = wanted.slice(1);
  const form = forms.find(
    (candidate) =>
      candidate.length === inner.length && candidate.every((size, i) => inner[i] === null || inner[i] === size),
  );
  if (!form)
    throw new UserError(
      `The images of the dataset are ${height}x${width}x${channels} but the model takes input of shape ${shapeText(wanted)}: choose the data it was trained on.`,
    );
  return form;
}

const shapeText = (shape: readonly (number | null)[]): string => `[${shape.map((size) => size ?? '?').join(', ')}]`;
