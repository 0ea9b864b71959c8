import type { Attributes } from '../encoding/onnx-messages';
import { sameShape } from '../graph/native-types';
import type { Activation, Window } from '../graph/operations';
import type { NativeValue, PendingNode, PendingValue, Value } from '../graph/value';
import type { FusedConvolution } from '../passes/rewrites';
import { activate, BLOCKED_ACTIVATIONS } from './elementwise';
import type { Emission } from './emission';
import { blockedBackwardFilter, blockedFilter, blockedOutputFilter, type FilterShape, flip } from './filters';

export function windowAttributes({ kernel, strides, dilations, pads }: Window): Attributes {
  return { kernel_shape: kernel, strides, dilations, pads };
}

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
  const [, , channels, filters] = filterShape;
  const filter = emission.flat(node.inputs[1]!, filterShape);
  const biases = bias === undefined ? [] : [emission.flat(bias, [filters])];
  const attributes = windowAttributes(node.operation.attributes.window);
  const imageBlocks = emission.canBlock(channels) && sameShape(imageShape, image.shape);
  if (!emission.canBlock(filters) || (!imageBlocks && channels >= block)) {
    const inputs = [emission.nchw(image, imageShape), builder.transpose(filter, [3, 2, 0, 1]), ...biases];
    emission.setNchw(value, activate(builder, builder.op('Conv', inputs, attributes), activation));
    return;
  }
  const inputs = imageBlocks
    ? [emission.blocked(image), blockedFilter(builder, filter, filterShape, block)]
    : [emission.nchw(image, imageShape), blockedOutputFilter(builder, filter, filterShape, block)];
  const builtIn = BLOCKED_ACTIVATIONS[activation.name];
  const result = builder.blocked('Conv', [...inputs, ...biases], {
    ...attributes,
    ...(builtIn === undefined ? {} : { activation: builtIn }),
  });
  emission.setBlocked(value, builtIn === undefined ? activate(builder, result, activation) : result);
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
  if (pads === undefined) {
    const names = [emission.nchw(gradient, gradientShape), builder.transpose(filter, [3, 2, 0, 1])];
    const attributes = transposedAttributes(window, value.shape, gradientShape);
    emission.setNchw(value, builder.op('ConvTranspose', names, attributes));
    return;
  }
  const flipped = flip(builder, filter, filterShape);
  const attributes = { kernel_shape: window.kernel, pads };
  const [, , channels, filters] = filterShape;
  if (emission.canBlock(channels) && emission.canBlock(filters) && sameShape(gradientShape, gradient.shape)) {
    const names = [emission.blocked(gradient), blockedBackwardFilter(builder, flipped, filterShape, block)];
    emission.setBlocked(value, builder.blocked('Conv', names, attributes));
    return;
  }
  const names = [emission.nchw(gradient, gradientShape), builder.transpose(flipped, [2, 3, 0, 1])];
  emission.setNchw(value, builder.op('Conv', names, attributes));
}

/** The pads with which a plain convolution by the flipped filter is the gradient, where there are such. */
function backwardPads(
  { kernel, strides, dilations, pads }: Window,
  inputShape: readonly number[],
  gradientShape: readonly number[],
): number[] | undefined {
  if (strides.some((s) => s !== 1) || dilations.some((d) => d !== 1)) return undefined;
  const before = [0, 1].map((axis) => kernel[axis]! - 1 - pads[axis]!);
  const after = [0, 1].map(
    (axis) => inputShape[1 + axis]! + kernel[axis]! - 1 - gradientShape[1 + axis]! - before[axis]!,
  );
  const all = [...before, ...after];
  return all.every((pad) => pad >= 0) ? all : undefined;
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
