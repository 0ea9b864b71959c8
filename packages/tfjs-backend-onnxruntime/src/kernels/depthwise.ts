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
import {
  type ConvolutionAttributes,
  convolutionWindow,
  describeConvolution,
  isNhwc,
  roundsDown,
  slidesBackwards,
} from './windows';

function convolve(
  context: KernelContext,
  { x, filter, bias }: ConvolutionInputs,
  attributes: ConvolutionAttributes,
  activation: Activation,
): tf.TensorInfo | undefined {
  if (!areFloat(x, filter) || !isNhwc(attributes)) return undefined;
  const info = describeConvolution(x.shape, filter.shape, attributes, true);
  if (!roundsDown(info) || sizeOf(info.outShape) === 0) return undefined;
  if (bias !== undefined && !(areFloat(bias) && sameShape(bias.shape, [info.outChannels]))) return undefined;
  const operation = { kind: 'DepthwiseConv2D', attributes: { window: convolutionWindow(info), activation } } as const;
  return context.record(operation, bias === undefined ? [x, filter] : [x, filter, bias], info.outShape, 'float32');
}

const { plain, fused } = plainAndFused(convolve);

const inputGradient = kernel<InputGradientInputs, InputGradientAttributes>(({ dy, filter }, attributes, context) => {
  if (!areFloat(dy, filter)) return undefined;
  const info = describeConvolution(attributes.inputShape, filter.shape, attributes, true);
  const window = convolutionWindow(info);
  if (!roundsDown(info) || !slidesBackwards(window)) return undefined;
  return context.record(
    { kind: 'DepthwiseInputGradient', attributes: { window } },
    [dy, filter],
    info.inShape,
    'float32',
  );
});

const filterGradient = kernel<FilterGradientInputs, FilterGradientAttributes>(({ x, dy }, attributes, context) => {
  if (!areFloat(x, dy)) return undefined;
  const info = describeConvolution(x.shape, attributes.filterShape, attributes, true);
  const window = convolutionWindow(info);
  if (!roundsDown(info) || !slidesBackwards(window)) return undefined;
  return context.record(
    { kind: 'DepthwiseFilterGradient', attributes: { window } },
    [x, dy],
    info.filterShape,
    'float32',
  );
});

/** Depthwise convolutions and their gradients. */
export const depthwiseKernels: Kernels = new Map([
  ['DepthwiseConv2dNative', plain],
  ['FusedDepthwiseConv2D', fused],
  ['DepthwiseConv2dNativeBackpropInput', inputGradient],
  ['DepthwiseConv2dNativeBackpropFilter', filterGradient],
]);
