import { sameShape, sizeOf } from '../graph/native-types';
import type { Activation } from '../graph/operations';
import type { tf } from '../tf';
import {
  type ConvolutionInputs,
  type FilterGradientAttributes,
  type FilterGradientInputs,
  type InputGradientAttributes,
  type InputGradientInputs,
  plainAndFused,
} from './convolution-calls';
import { areFloat, kernel, type KernelContext, type Kernels } from './kernel';
import { type ConvolutionAttributes, convolutionWindow, describeConvolution, isNhwc, roundsDown } from './windows';

function convolve(
  context: KernelContext,
  { x, filter, bias }: ConvolutionInputs,
  attributes: ConvolutionAttributes,
  activation: Activation,
): tf.TensorInfo | undefined {
  if (!areFloat(x, filter) || !isNhwc(attributes)) return undefined;
  if (bias !== undefined && !(areFloat(bias) && bias.shape.length === 1)) return undefined;
  const info = describeConvolution(x.shape, filter.shape, attributes);
  if (sizeOf(info.outShape) === 0 || info.inChannels !== filter.shape[2] || !roundsDown(info)) return undefined;
  const operation = { kind: 'Conv2D', attributes: { window: convolutionWindow(info), activation } } as const;
  return context.record(operation, bias === undefined ? [x, filter] : [x, filter, bias], info.outShape, 'float32');
}

const { plain, fused } = plainAndFused(convolve);

const inputGradient = kernel<InputGradientInputs, InputGradientAttributes>(({ dy, filter }, attributes, context) => {
  if (!areFloat(dy, filter) || !isNhwc(attributes)) return undefined;
  const info = describeConvolution(attributes.inputShape, filter.shape, attributes);
  if (info.inChannels !== filter.shape[2] || !sameShape(info.outShape, dy.shape)) return undefined;
  const operation = { kind: 'Conv2DInputGradient', attributes: { window: convolutionWindow(info) } } as const;
  return context.record(operation, [dy, filter], attributes.inputShape, 'float32');
});

const filterGradient = kernel<FilterGradientInputs, FilterGradientAttributes>(({ x, dy }, attributes, context) => {
  if (!areFloat(x, dy) || !isNhwc(attributes)) return undefined;
  const info = describeConvolution(x.shape, attributes.filterShape, attributes);
  if (info.inChannels !== attributes.filterShape[2]) return undefined;
  const operation = { kind: 'Conv2DFilterGradient', attributes: { window: convolutionWindow(info) } } as const;
  return context.record(operation, [x, dy], attributes.filterShape, 'float32');
});

/** Convolutions and their gradients. */
export const convolutionKernels: Kernels = new Map([
  ['Conv2D', plain],
  ['FusedConv2D', fused],
  ['Conv2DBackpropInput', inputGradient],
  ['Conv2DBackpropFilter', filterGradient],
]);
