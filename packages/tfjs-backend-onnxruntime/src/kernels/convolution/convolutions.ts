import { sameShape, sizeOf } from '../../graph/native-types';
import { filterGradientKernel, inputGradientKernel, plainAndFused } from './calls';
import { areFloat, type Kernels } from '../kernel';
import { convolutionWindow, describeConvolution, isNhwc, roundsDown } from '../windows';

const { plain, fused } = plainAndFused((context, { x, filter, bias }, attributes, activation) => {
  if (!areFloat(x, filter) || !isNhwc(attributes)) return undefined;
  if (bias !== undefined && !(areFloat(bias) && bias.shape.length === 1)) return undefined;
  const info = describeConvolution(x.shape, filter.shape, attributes);
  if (sizeOf(info.outShape) === 0 || info.inChannels !== filter.shape[2] || !roundsDown(info)) return undefined;
  const operation = { kind: 'Conv2D', attributes: { window: convolutionWindow(info), activation } } as const;
  return context.record(operation, bias === undefined ? [x, filter] : [x, filter, bias], info.outShape, 'float32');
});

const inputGradient = inputGradientKernel(({ dy, filter }, attributes, context) => {
  if (!areFloat(dy, filter) || !isNhwc(attributes)) return undefined;
  const info = describeConvolution(attributes.inputShape, filter.shape, attributes);
  if (info.inChannels !== filter.shape[2] || !sameShape(info.outShape, dy.shape)) return undefined;
  const operation = { kind: 'Conv2DInputGradient', attributes: { window: convolutionWindow(info) } } as const;
  return context.record(operation, [dy, filter], attributes.inputShape, 'float32');
});

const filterGradient = filterGradientKernel(({ x, dy }, attributes, context) => {
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
