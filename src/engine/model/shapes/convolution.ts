import { numberOf, sizesOf } from '../topology-json';
import { product, UNKNOWN, type Infer } from './infer';
import { putTogether, slide, takeApart, unslide, windowOf } from './spatial';

const times = (...factors: (number | null)[]) => product(factors);

function convolution(rank: number): Infer {
  return ({ config, inputs }) => {
    const input = takeApart(config, inputs[0], rank);
    const window = windowOf(config, rank, 'kernel_size');
    if (!input || !window) return UNKNOWN;
    const filters = numberOf(config['filters'], NaN);
    const output = { ...input, axes: slide(input.axes, window), channels: filters };
    const groups = numberOf(config['groups'], 1);
    const perPosition = input.channels === null ? null : (product(window.size)! * input.channels * filters) / groups;
    return { shape: putTogether(config, output), macs: times(...output.axes, perPosition) };
  };
}

/** Each input position is multiplied by the whole kernel. */
function transposed(rank: number): Infer {
  return ({ config, inputs }) => {
    const input = takeApart(config, inputs[0], rank);
    const window = windowOf(config, rank, 'kernel_size');
    if (!input || !window) return UNKNOWN;
    const filters = numberOf(config['filters'], NaN);
    const output = {
      ...input,
      axes: unslide(input.axes, window, sizesOf(config['output_padding'] ?? undefined, rank)),
      channels: filters,
    };
    return {
      shape: putTogether(config, output),
      macs: times(...input.axes, input.channels, ...window.size, filters),
    };
  };
}

/** A filter for each channel, then, where `filters` is given, a 1x1 convolution over them. */
function depthwise(rank: number, pointwise: boolean): Infer {
  return ({ config, inputs }) => {
    const input = takeApart(config, inputs[0], rank);
    const window = windowOf(config, rank, 'kernel_size');
    if (!input || !window) return UNKNOWN;
    const middle = times(input.channels, numberOf(config['depth_multiplier'], 1));
    const filters = pointwise ? numberOf(config['filters'], NaN) : 0;
    const output = { ...input, axes: slide(input.axes, window), channels: pointwise ? filters : middle };
    const perChannel = product(window.size)! + filters;
    return { shape: putTogether(config, output), macs: times(...output.axes, middle, perChannel) };
  };
}

/** Convolutions by class name. */
export const convolutions: Record<string, Infer> = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
  DepthwiseConv1D: depthwise(1, false),
  DepthwiseConv2D: depthwise(2, false),
  SeparableConv1D: depthwise(1, true),
  SeparableConv2D: depthwise(2, true),
};
