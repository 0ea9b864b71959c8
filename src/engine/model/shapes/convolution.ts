import type { OpOf } from '../op/op';
import { product, UNKNOWN, type Infer } from './infer';
import { putTogether, slide, takeApart, unslide, whole } from './spatial';

const times = (...factors: (number | null)[]) => product(factors);

export const convolution: Infer<OpOf<'conv'>> = (op, [shape]) => {
  const input = takeApart(op, shape, op.rank);
  const window = whole(op.window);
  if (!input || !window) return UNKNOWN;
  const filters = op.filters ?? NaN;
  const output = { ...input, axes: slide(input.axes, window), channels: filters };
  const perPosition = input.channels === null ? null : (product(window.size)! * input.channels * filters) / op.groups;
  return { shape: putTogether(op, output), macs: times(...output.axes, perPosition) };
};

/** Multiplies each input position by the whole kernel. */
export const transposed: Infer<OpOf<'transposed-conv'>> = (op, [shape]) => {
  const input = takeApart(op, shape, op.rank);
  const window = whole(op.window);
  if (!input || !window) return UNKNOWN;
  const filters = op.filters ?? NaN;
  const output = { ...input, axes: unslide(input.axes, window, op.outputPadding), channels: filters };
  return { shape: putTogether(op, output), macs: times(...input.axes, input.channels, ...window.size, filters) };
};

/** Applies a filter to each channel and, in a separable convolution, a 1x1 convolution over them. */
export const depthwise: Infer<OpOf<'depthwise-conv' | 'separable-conv'>> = (op, [shape]) => {
  const input = takeApart(op, shape, op.rank);
  const window = whole(op.window);
  if (!input || !window) return UNKNOWN;
  const middle = times(input.channels, op.multiplier ?? 1);
  const filters = op.kind === 'separable-conv' ? (op.filters ?? NaN) : null;
  const output = { ...input, axes: slide(input.axes, window), channels: filters ?? middle };
  const perChannel = product(window.size)! + (filters ?? 0);
  return { shape: putTogether(op, output), macs: times(...output.axes, middle, perChannel) };
};
