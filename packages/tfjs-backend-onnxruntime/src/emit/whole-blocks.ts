import type { ValueName } from '../encoding/model-builder';
import { sameShape } from '../graph/native-types';
import type { Value } from '../graph/value';
import type { Emission } from './emission';
import { roundUp } from './filters';

/** Whether a value is an image of that shape in whole blocks. */
export function isInWholeBlocks(emission: Emission, value: Value, shape: readonly number[]): boolean {
  return emission.canBlock(shape.at(-1)!) && emission.isInBlocks(value) && sameShape(value.shape, shape);
}

/** An image in blocks, the last of which may be filled up by zeros. */
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
