import { sameShape, sizeOf } from '../graph/native-types';
import type { Activation } from '../graph/operations';
import type { tf } from '../tf';
import { activationOf, type FusedAttributes, LINEAR } from './activations';
import { areFloat, kernel, type KernelContext, type Kernels } from './kernel';
import {
  type ConvolutionAttributes,
  convolutionWindow,
  describeConvolution,
  isNhwc,
  roundsDown,
  slidesBackwards,
} from './windows';

interface DepthwiseInputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
  readonly preluActivationWeights?: tf.TensorInfo;
}

function convolve(
  context: KernelContext,
  { x, filter, bias }: DepthwiseInputs,
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

const depthwise = kernel<DepthwiseInputs, ConvolutionAttributes>((inputs, attributes, context) =>
  convolve(context, inputs, attributes, LINEAR),
);

const fusedDepthwise = kernel<DepthwiseInputs, ConvolutionAttributes & FusedAttributes>(
  (inputs, attributes, context) => {
    const activation = activationOf(attributes);
    if (activation === undefined || inputs.preluActivationWeights) return undefined;
    return convolve(context, inputs, attributes, activation);
  },
);

interface InputGradientInputs {
  readonly dy: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
}
interface InputGradientAttributes extends ConvolutionAttributes {
  readonly inputShape: number[];
}
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

interface FilterGradientInputs {
  readonly x: tf.TensorInfo;
  readonly dy: tf.TensorInfo;
}
interface FilterGradientAttributes extends ConvolutionAttributes {
  readonly filterShape: number[];
}
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
  ['DepthwiseConv2dNative', depthwise],
  ['FusedDepthwiseConv2D', fusedDepthwise],
  ['DepthwiseConv2dNativeBackpropInput', inputGradient],
  ['DepthwiseConv2dNativeBackpropFilter', filterGradient],
]);
