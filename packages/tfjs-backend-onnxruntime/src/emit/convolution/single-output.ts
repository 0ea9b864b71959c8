import type { ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import type { Emission } from '../emission';
import { blockedDepthwiseFilter, type FilterShape } from './filters';

/**
 * Convolves an image to one channel, without bias: a depthwise convolution, then the sum over all channels. A block of
 * outputs that are mostly zeros takes several times as long.
 *
 * @param image in blocks
 * @param filter HWIO, with one output and with inputs filled up to whole blocks
 * @param examples number of images
 * @param positions pixels of all results
 * @returns the result as one row, on which elementwise operators are fast
 */
export function convolveToOne(
  { builder, block }: Emission,
  image: ValueName,
  { filter, shape }: { filter: ValueName; shape: FilterShape },
  attributes: Attributes,
  [examples, positions]: readonly [examples: number, positions: number],
): ValueName {
  const channels = shape[2];
  const names = [image, blockedDepthwiseFilter(builder, filter, shape, block)];
  const products = builder.blocked('Conv', names, { ...attributes, group: channels });
  const blocks = channels / block;
  const ones = builder.constant('float32', [block, 1], new Float32Array(block).fill(1));
  const sums = builder.op('MatMul', [builder.reshape(products, [positions * blocks, block]), ones]);
  if (blocks === 1) return builder.reshape(sums, [positions]);
  const byBlocks = builder.reshape(sums, [examples, blocks, positions / examples]);
  const total = builder.op('ReduceSum', [byBlocks, builder.ints(1)], { keepdims: 0 });
  return builder.reshape(total, [positions]);
}
