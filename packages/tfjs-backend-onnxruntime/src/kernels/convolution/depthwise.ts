import { sameShape, sizeOf } from '../../graph/native-types';
import { filterGradientKernel, inputGradientKernel, plainAndFused } from './calls';
import { areFloat, type Kernels } from '../kernel';
import { convolutionWindow, describeConvolution, isNhwc, roundsDown, slidesBackwards } from '../windows';

const { plain, fused } = plainAndFused((context, { x, filter, bias }, attributes, activation) => {
  if (!areFloat(x, filter) || !isNhwc(attributes)) return undefined;
  const info = describeConvolution(x.shape, filter.shape, attributes, true);
  if (!roundsDown(info) || sizeOf(info.outShape) === 0) return undefined;
  if (bias !== undefined && !(areFloat(bias) && sameShape(bias.shape, [info.outChannels]))) return undefined;
  const operation = { kind: 'DepthwiseConv2D', attributes: { window: convolutionWindow(info), activation } } as const;
  return context.record(operation, bias === undefined ? [x, filter] : [x, filter, bias], info.outShape, 'float32');
});

const inputGradient = inputGradientKernel(({ dy, filter }, attributes, context) => {
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

const filterGradient = filterGradientKernel(({ x, dy }, attributes, context) => {
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
