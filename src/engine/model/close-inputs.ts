import { UserError } from '../../protocol/errors';
import { DEFAULT_SIZES } from '../../protocol/model';
import type { Flow } from './op/op';
import type { Shape } from './shape';

/** Number of input shapes in an error message. */
const NAMED_SHAPES = 5;

/** An input of a model with known sizes. */
export interface ClosedInput {
  /** Index of the call that takes it. */
  readonly call: number;
  /** Batch first. A size stays null where it could be anything, as a number of channels could. */
  readonly shape: Shape;
  /** True if the model leaves a size open. */
  readonly open: boolean;
}

/**
 * Replaces the open sizes of a shape by `DEFAULT_SIZES`: the axes of an image, a volume or a series, but never the
 * channels.
 * @param shape batch first
 */
export function closeShape([batch = null, ...sizes]: Shape): Shape {
  const size = { 1: DEFAULT_SIZES.steps, 2: DEFAULT_SIZES.steps, 3: DEFAULT_SIZES.image, 4: DEFAULT_SIZES.volume }[
    sizes.length
  ];
  if (size === undefined) return [batch, ...sizes];
  const [first, ...others] = sizes;
  const channelsFirst = sizes.length > 2 && first !== null && others.every((one) => one === null);
  if (sizes.length > 1 && !channelsFirst && sizes.at(-1) === null) return [batch, ...sizes];
  return [batch, ...sizes.map((one) => one ?? size)];
}

/**
 * Closes the inputs of a model: each gets known sizes.
 * @param given shape of one example, without the batch, for each input that it fits; `closeShape` closes the others
 * @throws UserError where it fits no input
 */
export function closeInputs({ nodes, calls, inputCalls }: Flow, given?: readonly number[]): ClosedInput[] {
  let fitted = given === undefined;
  const closed = inputCalls.flatMap((call): ClosedInput[] => {
    const { inputShape } = nodes[calls[call]!.node]!;
    if (!inputShape) return [];
    const open = inputShape.slice(1).includes(null);
    if (given && fits(inputShape, given)) {
      fitted = true;
      return [{ call, shape: [inputShape[0] ?? null, ...given], open }];
    }
    return [{ call, shape: closeShape(inputShape), open }];
  });
  if (given && !fitted) {
    const declared = inputCalls.flatMap((call) => {
      const { inputShape } = nodes[calls[call]!.node]!;
      return inputShape
        ? [
            inputShape
              .slice(1)
              .map((size) => size ?? 'any')
              .join(','),
          ]
        : [];
    });
    const takes = [...new Set(declared)];
    const more = takes.length > NAMED_SHAPES ? ` and ${takes.length - NAMED_SHAPES} more` : '';
    throw new UserError(
      `The input shape ${given.join(',')} does not fit the model, which takes ${takes.slice(0, NAMED_SHAPES).join(' and ')}${more}: give one number for each size.`,
    );
  }
  return closed;
}

const fits = ([, ...sizes]: Shape, given: readonly number[]): boolean =>
  sizes.length === given.length && sizes.every((size, axis) => size === null || size === given[axis]);
