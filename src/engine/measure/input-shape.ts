import { UserError } from '../../protocol/errors';
import { plural } from '../../protocol/format';
import { numbersIn } from '../dataset/numbers-in';
import type { OpenShape } from '../model/network';

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
