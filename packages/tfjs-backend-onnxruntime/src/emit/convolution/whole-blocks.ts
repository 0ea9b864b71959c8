import type { ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import type { Value } from '../../graph/value';
import type { Emission } from '../emission';
import { type FilterShape, roundUp } from './filters';

/** True if the value is an image of this shape whose channels fill whole blocks. */
export function isInWholeBlocks(emission: Emission, value: Value, shape: readonly number[]): boolean {
  return emission.canBlock(shape.at(-1)!) && emission.isInBlocks(value) && sameShape(value.shape, shape);
}

/** Returns an image in blocks. Zeros fill up the last block. */
export function imageInWholeBlocks(emission: Emission, image: Value, shape: readonly number[]): ValueName {
  const { builder, block } = emission;
  const channels = shape[3]!;
  const missing = roundUp(channels, block) - channels;
  const inBlocks = missing === 0 || emission.hasFilledBlocks(image);
  if (inBlocks && sameShape(shape, image.shape)) return emission.blocked(image);
  const flat = emission.flat(image, shape);
  const filled = missing === 0 ? flat : builder.op('Pad', [flat, builder.ints(0, 0, 0, 0, 0, 0, 0, missing)]);
  return builder.blocked('ReorderInput', [filled], { channels_last: 1 });
}

/** Up to this factor of additional products, whole blocks are faster than images channel by channel. */
const MOST_WASTE = 2.1;

/** True if these numbers of channels may be filled up to whole blocks: the products with zeros must be worth it. */
export function fillsBlocks(block: number, counts: readonly number[]): boolean {
  if (block === 0 || counts.some((count) => 2 * count < block)) return false;
  return counts.reduce((factor, count) => (factor * roundUp(count, block)) / count, 1) <= MOST_WASTE;
}

/** Fills up the inputs and the outputs of a filter to whole blocks, as asked for. */
export function filterInWholeBlocks(
  { builder, block }: Emission,
  filter: ValueName,
  [h, w, inputs, outputs]: FilterShape,
  [fillInputs, fillOutputs]: readonly [boolean, boolean],
): { filter: ValueName; shape: FilterShape } {
  const shape = [
    h,
    w,
    fillInputs ? roundUp(inputs, block) : inputs,
    fillOutputs ? roundUp(outputs, block) : outputs,
  ] as const;
  const missing = [shape[2] - inputs, shape[3] - outputs];
  if (missing.every((count) => count === 0)) return { filter, shape };
  return { filter: builder.op('Pad', [filter, builder.ints(0, 0, 0, 0, 0, 0, ...missing)]), shape };
}
