import type { Attributes } from '../encoding/onnx-messages';
import { sizeOf } from '../graph/native-types';
import type { Activation, Window } from '../graph/operations';
import type { ValueName } from '../encoding/model-builder';
import type { NativeValue, PendingNode, PendingValue, Value } from '../graph/value';
import type { FusedConvolution } from '../passes/rewrites';
import { blocksAndRest, channelsLeft, convolveInParts } from './channel-remainders';
import { activate, BLOCKED_ACTIVATIONS } from './elementwise';
import { convolveInPhases } from './convolutions-in-phases';
import type { Emission } from './emission';
import { convolveInPairs, imageGradientInPairs, scratchInPairs, suitsRowPairs } from './minimal-filtering';
import { partsOfPhases, partsOfRows, rowsOf } from './image-parts';
import { convolveToOne } from './single-output';
import { stridedGradient } from './strided-gradients';
import { imageInWholeBlocks, isInWholeBlocks } from './whole-blocks';
import {
  backwardPads,
  blockedBackwardFilter,
  blockedFilter,
  blockedOutputFilter,
  type FilterShape,
  flip,
  roundUp,
  windowAttributes,
} from './filters';

/** Up to so many times the products, whole blocks are faster than images channel by channel. */
const MOST_WASTE = 2.1;

/** Activations that leave the zeros that fill a block. */
export const KEEPS_ZERO: ReadonlySet<Activation['name']> = new Set(['linear', 'relu', 'relu6', 'elu', 'leakyrelu']);

/**
 * From so many times the products on, the gradient of an image by ConvTranspose, a product of matrices and one addition for
 * each of its numbers, is faster than a blocked convolution, which also multiplies zeros around the gradient.
 */
const MOST_IN_GRADIENTS = 2.5;

export function emitConv2D(emission: Emission, value: PendingValue<'Conv2D'>): void {
  const { inputs, operation } = value.node;
  convolve(emission, value, value.node, inputs[2], operation.attributes.activation);
}

/** Emits a fused convolution in place of the operation that ended it. */
export function emitFusedConvolution(
  emission: Emission,
  value: NativeValue,
  { convolution, bias, relu }: FusedConvolution,
): void {
  convolve(emission, value, convolution.node, bias, { name: relu ? 'relu' : 'linear', alpha: 0 });
}

function convolve(
  emission: Emission,
  value: NativeValue,
  node: PendingNode<'Conv2D'>,
  bias: Value | undefined,
  activation: Activation,
): void {
  const { builder, block } = emission;
  const image = node.inputs[0]!;
  const imageShape = node.inputShapes[0]!;
  const filterShape = node.inputShapes[1] as FilterShape;
  const [h, w, channels, filters] = filterShape;
  const filter = emission.flat(node.inputs[1]!, filterShape);
  const { window } = node.operation.attributes;
  const attributes = windowAttributes(window);
  const inputBlocks = channels >= block || emission.hasFilledBlocks(image);
  // One by one, a few results of many channels are far slower than a block that is mostly zeros.
  if (!fillsBlocks(block, inputBlocks ? [channels, Math.max(filters, block)] : [filters])) {
    const biases = bias === undefined ? [] : [emission.flat(bias, [filters])];
    const inputs = [emission.nchw(image, imageShape), builder.transpose(filter, [3, 2, 0, 1]), ...biases];
    emission.setNchw(value, activate(builder, builder.op('Conv', inputs, attributes), activation));
    return;
  }
  if (inputBlocks && filters === 1 && h * w > 1) {
    const whole = inWholeBlocks(emission, filter, filterShape, [true, false]);
    const blocks = imageInWholeBlocks(emission, image, imageShape);
    const sums = convolveToOne(emission, blocks, whole, attributes, [value.shape[0]!, sizeOf(value.shape)]);
    const total = bias === undefined ? sums : builder.op('Add', [sums, emission.flat(bias, [1])]);
    emission.setFlat(value, builder.reshape(activate(builder, total, activation), value.shape));
    return;
  }
  const left = inputBlocks ? channelsLeft(block, channels, filterShape) : 0;
  const whole = inWholeBlocks(emission, filter, filterShape, [inputBlocks && left === 0, true]);
  const missing = whole.shape[3] - filters;
  const flatBias = bias === undefined ? undefined : emission.flat(bias, [filters]);
  const wholeBias =
    flatBias === undefined || missing === 0 ? flatBias : builder.op('Pad', [flatBias, builder.ints(0, missing)]);
  const biases = wholeBias === undefined ? [] : [wholeBias];
  const builtIn = BLOCKED_ACTIVATIONS[activation.name];
  const ending = builtIn === undefined ? {} : { activation: builtIn };
  const keepsZero = missing === 0 || KEEPS_ZERO.has(activation.name);
  const endsWithin = builtIn !== undefined || activation.name === 'linear';
  const planes = [value.shape[0]!, whole.shape[3], value.shape[1]!, value.shape[2]!] as const;
  if (endsWithin && inputBlocks && suitsRowPairs(block, window, value.shape, filterShape, 'image')) {
    builder.noteScratch(scratchInPairs(planes, channels));
    const blocks = imageInWholeBlocks(emission, image, imageShape);
    const rows = convolveInPairs(emission, blocks, filter, filterShape, wholeBias ?? '', ending);
    emission.setParts(value, partsOfRows(emission, rows, planes));
    return;
  }
  if (endsWithin && missing === 0 && !inputBlocks && emission.rewrites.halvedImages.has(value)) {
    const inputs = [blockedOutputFilter(builder, whole.filter, whole.shape, block), ...biases];
    const nchw = emission.nchw(image, imageShape);
    const phases = convolveInPhases(builder, [nchw, ...inputs], imageShape, window, ending);
    if (phases !== undefined) {
      emission.setParts(value, partsOfPhases(emission, phases, planes));
      return;
    }
  }
  let result: ValueName;
  if (left > 0) {
    const parts = blocksAndRest(emission, image, imageShape, left);
    result = convolveInParts(emission, parts, { ...whole, bias: wholeBias }, attributes, ending);
  } else {
    const inputs = inputBlocks
      ? [imageInWholeBlocks(emission, image, imageShape), blockedFilter(builder, whole.filter, whole.shape, block)]
      : [emission.nchw(image, imageShape), blockedOutputFilter(builder, whole.filter, whole.shape, block)];
    result = builder.blocked('Conv', [...inputs, ...biases], { ...attributes, ...ending });
  }
  const activated = builtIn === undefined ? activate(builder, result, activation) : result;
  if (keepsZero) emission.setBlocked(value, activated);
  else emission.setFlat(value, builder.blocked('ReorderOutput', [activated], { channels: filters, channels_last: 1 }));
}

/** Whether numbers of channels may be filled up to whole blocks: the products with zeros must be worth it. */
function fillsBlocks(block: number, counts: readonly number[]): boolean {
  if (block === 0 || counts.some((count) => 2 * count < block)) return false;
  return counts.reduce((factor, count) => (factor * roundUp(count, block)) / count, 1) <= MOST_WASTE;
}

/** How many times the products of the gradient of an image its form as a blocked convolution has. */
function productsIn(
  block: number,
  [, height, width]: readonly number[],
  [, , channels, filters]: FilterShape,
  [, rows, columns]: readonly number[],
): number {
  const filled = (roundUp(channels, block) * roundUp(filters, block)) / (channels * filters);
  return (filled * height! * width!) / (rows! * columns!);
}

/** A filter with inputs and outputs filled up to whole blocks by zeros, where asked for. */
function inWholeBlocks(
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

/** The gradient of a convolution with respect to its input. */
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
    suitsRowPairs(block, window, gradientShape, filterShape, 'image')
  ) {
    const [n, height, width] = value.shape as [number, number, number, number];
    const planes = [n, channels, height, width] as const;
    builder.noteScratch(scratchInPairs(planes, filters));
    const rows = imageGradientInPairs(emission, rowsOf(emission, gradient), filter, filterShape);
    emission.setParts(value, partsOfRows(emission, rows, planes));
    return;
  }
  const gradientBlocks = filters >= block || emission.hasFilledBlocks(gradient);
  const inBlocks = gradientBlocks && fillsBlocks(block, [channels, filters]);
  if (pads === undefined && inBlocks) {
    const whole = inWholeBlocks(emission, filter, filterShape, [true, true]);
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
  const turnedShape = [filterShape[0], filterShape[1], filters, channels] as const;
  const left = inBlocks ? channelsLeft(block, filters, filterShape) : 0;
  if (left > 0) {
    const turned = builder.transpose(flipped, [0, 1, 3, 2]);
    const whole = inWholeBlocks(emission, turned, turnedShape, [false, true]);
    const parts = blocksAndRest(emission, gradient, gradientShape, left);
    emission.setBlocked(value, convolveInParts(emission, parts, whole, attributes));
    return;
  }
  if (inBlocks) {
    const whole = inWholeBlocks(emission, flipped, filterShape, [true, true]);
    const blocks = imageInWholeBlocks(emission, gradient, gradientShape);
    const names = [blocks, blockedBackwardFilter(builder, whole.filter, whole.shape, block)];
    emission.setBlocked(value, builder.blocked('Conv', names, attributes));
    return;
  }
  const image = emission.nchw(gradient, gradientShape);
  if (filters < block && fillsBlocks(block, [channels])) {
    const whole = inWholeBlocks(emission, builder.transpose(flipped, [0, 1, 3, 2]), turnedShape, [false, true]);
    const names = [image, blockedOutputFilter(builder, whole.filter, whole.shape, block)];
    emission.setBlocked(value, builder.blocked('Conv', names, attributes));
    return;
  }
  emission.setNchw(value, builder.op('Conv', [image, builder.transpose(flipped, [2, 3, 0, 1])], attributes));
}

/** ConvTranspose's attributes. What is left over at the far edge goes into output padding, or, if negative, into pads. */
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
