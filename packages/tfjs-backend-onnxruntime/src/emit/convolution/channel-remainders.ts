import type { ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import { sameShape } from '../../graph/native-types';
import type { Value } from '../../graph/value';
import type { Emission } from '../emission';
import { blockedFilter, blockedOutputFilter, type FilterShape } from './filters';

/** Filters with fewer taps have too few products to be worth one more operator. */
const LEAST_TAPS = 9;

/** An image as whole blocks of channels and the remaining channels in NCHW order. */
export interface BlocksAndRest {
  readonly blocks: ValueName;
  readonly rest: ValueName;
}

/**
 * The number of input channels after the last whole block, if a separate convolution of them is faster than one more
 * block that is mostly zeros; else 0.
 */
export function remainingChannels(block: number, channels: number, [h, w]: FilterShape): number {
  const left = channels % block;
  return channels > block && left <= block / 2 && h * w >= LEAST_TAPS ? left : 0;
}

/** Splits an NHWC image after its whole blocks. */
export function blocksAndRest(emission: Emission, image: Value, shape: readonly number[], left: number): BlocksAndRest {
  const { builder, block } = emission;
  const whole = shape[3]! - left;
  if (emission.hasFilledBlocks(image) && sameShape(shape, image.shape)) {
    const [blocks, last] = builder.splitAt(emission.blocked(image), 1, [whole, block]);
    return { blocks: blocks!, rest: builder.blocked('ReorderOutput', [last!], { channels: left, channels_last: 0 }) };
  }
  const [first, last] = builder.splitAt(emission.flat(image, shape), 3, [whole, left]);
  return {
    blocks: builder.blocked('ReorderInput', [first!], { channels_last: 1 }),
    rest: builder.transpose(last!, [0, 3, 1, 2]),
  };
}

/** Convolves a split image with a filter (HWIO) that has whole blocks of outputs. */
export function convolveInParts(
  { builder, block }: Emission,
  { blocks, rest }: BlocksAndRest,
  { filter, shape, bias }: { filter: ValueName; shape: FilterShape; bias?: ValueName | undefined },
  attributes: Attributes,
  activation: Attributes = {},
): ValueName {
  const [h, w, inputs, outputs] = shape;
  const whole = inputs - (inputs % block);
  const [first, last] = builder.splitAt(filter, 2, [whole, inputs - whole]);
  const lastFilter = blockedOutputFilter(builder, last!, [h, w, inputs - whole, outputs], block);
  const sum = builder.blocked('Conv', [rest, lastFilter], attributes);
  const firstFilter = blockedFilter(builder, first!, [h, w, whole, outputs], block);
  return builder.blocked('Conv', [blocks, firstFilter, bias ?? '', sum], { ...attributes, ...activation });
}
