import type { Attributes } from '../../encoding/onnx-messages';
import type { Window } from '../../graph/operations';
import type { PendingValue, Value } from '../../graph/value';
import type { Emission } from '../emission';
import { partsOfRows, rowsOf } from '../layout/image-parts';
import { blocksAndRest, remainingChannels, convolveInParts } from './channel-remainders';
import { backwardPads, blockedBackwardFilter, blockedOutputFilter, type FilterShape, flip, roundUp } from './filters';
import { minimalImageGradient, minimalScratchBytes, suitsMinimalFiltering } from './minimal-filtering';
import { stridedGradient } from './strided-gradients';
import { fillsBlocks, filterInWholeBlocks, imageInWholeBlocks, isInWholeBlocks } from './whole-blocks';

/**
 * Above this factor of additional products, ConvTranspose (a matrix product and one addition per element) is faster
 * than a blocked convolution, which also multiplies the zeros around the gradient.
 */
const MOST_IN_GRADIENTS = 2.5;

/** Emits the gradient of a convolution with respect to its input. */
export function emitConv2DInputGradient(emission: Emission, value: PendingValue<'Conv2DInputGradient'>): void {
  const { builder, block } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const [gradient, filterValue] = inputs as [Value, Value];
  const gradientShape = inputShapes[0]!;
  const filterShape = inputShapes[1] as FilterShape;
  const filter = emission.flat(filterValue, filterShape);
  const { window } = operation.attributes;
  const pads = backwardPads(window, value.shape, gradientShape);
  const [, , channels, filters] = filterShape;
  if (
    isInWholeBlocks(emission, gradient, gradientShape) &&
    suitsMinimalFiltering(block, window, gradientShape, filterShape, 'image')
  ) {
    const [n, height, width] = value.shape as [number, number, number, number];
    const planes = [n, channels, height, width] as const;
    builder.noteScratch(minimalScratchBytes(planes, filters));
    const rows = minimalImageGradient(emission, rowsOf(emission, gradient), filter, filterShape);
    emission.setParts(value, partsOfRows(emission, rows, planes));
    return;
  }
  const gradientBlocks = filters >= block || emission.hasFilledBlocks(gradient);
  const inBlocks = gradientBlocks && fillsBlocks(block, [channels, filters]);
  if (pads === undefined && inBlocks) {
    const whole = filterInWholeBlocks(emission, filter, filterShape, [true, true]);
    const [n, rows, columns] = gradientShape as [number, number, number, number];
    const image = stridedGradient(builder, {
      gradient: imageInWholeBlocks(emission, gradient, gradientShape),
      gradientShape: [n, rows, columns, whole.shape[3]],
      filter: whole.filter,
      filterShape: whole.shape,
      window,
      size: [value.shape[1]!, value.shape[2]!],
      block,
    });
    if (image !== undefined) {
      emission.setBlocked(value, image);
      return;
    }
  }
  if (
    pads === undefined ||
    (inBlocks && productsIn(block, value.shape, filterShape, gradientShape) > MOST_IN_GRADIENTS)
  ) {
    const names = [emission.nchw(gradient, gradientShape), builder.transpose(filter, [3, 2, 0, 1])];
    const attributes = transposedAttributes(window, value.shape, gradientShape);
    emission.setNchw(value, builder.op('ConvTranspose', names, attributes));
    return;
  }
  const flipped = flip(builder, filter, filterShape);
  const attributes = { kernel_shape: window.kernel, pads };
  const transposedShape = [filterShape[0], filterShape[1], filters, channels] as const;
  const left = inBlocks ? remainingChannels(block, filters, filterShape) : 0;
  if (left > 0) {
    const transposed = builder.transpose(flipped, [0, 1, 3, 2]);
    const whole = filterInWholeBlocks(emission, transposed, transposedShape, [false, true]);
    const parts = blocksAndRest(emission, gradient, gradientShape, left);
    emission.setBlocked(value, convolveInParts(emission, parts, whole, attributes));
    return;
  }
  if (inBlocks) {
    const whole = filterInWholeBlocks(emission, flipped, filterShape, [true, true]);
    const blocks = imageInWholeBlocks(emission, gradient, gradientShape);
    const names = [blocks, blockedBackwardFilter(builder, whole.filter, whole.shape, block)];
    emission.setBlocked(value, builder.blocked('Conv', names, attributes));
    return;
  }
  const image = emission.nchw(gradient, gradientShape);
  if (filters < block && fillsBlocks(block, [channels])) {
    const whole = filterInWholeBlocks(emission, builder.transpose(flipped, [0, 1, 3, 2]), transposedShape, [
      false,
      true,
    ]);
    const names = [image, blockedOutputFilter(builder, whole.filter, whole.shape, block)];
    emission.setBlocked(value, builder.blocked('Conv', names, attributes));
    return;
  }
  emission.setNchw(value, builder.op('Conv', [image, builder.transpose(flipped, [2, 3, 0, 1])], attributes));
}

/**
 * The attributes of ConvTranspose. A remainder at the far edge becomes output padding, or smaller pads if it is
 * negative.
 */
function transposedAttributes(
  { kernel, strides, dilations, pads }: Window,
  inputShape: readonly number[],
  gradientShape: readonly number[],
): Attributes {
  const trimmed = [...pads];
  const outputPadding = [0, 1].map((axis) => {
    const reach = strides[axis]! * (gradientShape[1 + axis]! - 1) + (kernel[axis]! - 1) * dilations[axis]! + 1;
    const left = inputShape[1 + axis]! - (reach - pads[axis]! - pads[2 + axis]!);
    if (left < 0) trimmed[2 + axis]! -= left;
    return Math.max(0, left);
  });
  return { kernel_shape: kernel, strides, dilations, pads: trimmed, output_padding: outputPadding };
}

/** The products of the blocked convolution as a multiple of the products that the gradient needs. */
function productsIn(
  block: number,
  [, height, width]: readonly number[],
  [, , channels, filters]: FilterShape,
  [, rows, columns]: readonly number[],
): number {
  const filled = (roundUp(channels, block) * roundUp(filters, block)) / (channels * filters);
  return (filled * height! * width!) / (rows! * columns!);
}
