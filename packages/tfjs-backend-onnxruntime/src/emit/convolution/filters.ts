import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import type { Window } from '../../graph/operations';

/** A filter's shape: height, width, input channels, output channels (HWIO). */
export type FilterShape = readonly [number, number, number, number];

/** A window as the attributes of a convolution. */
export function windowAttributes({ kernel, strides, dilations, pads }: Window): Attributes {
  return { kernel_shape: kernel, strides, dilations, pads };
}

/** The next multiple of `step`. */
export const roundUp = (count: number, step: number): number => Math.ceil(count / step) * step;

/** HWIO to the blocked form OIHW{i}{o} that a blocked convolution of blocked images reads. */
export function blockedFilter(builder: ModelBuilder, filter: ValueName, shape: FilterShape, block: number): ValueName {
  const [h, w, inputs, outputs] = shape;
  const split = builder.reshape(filter, [h, w, inputs / block, block, outputs / block, block]);
  return builder.reshape(builder.transpose(split, [4, 2, 0, 1, 3, 5]), [outputs, inputs, h, w]);
}

/** HWIO to OIHW{o}: the form for images that are not blocked because they have fewer channels than a block. */
export function blockedOutputFilter(
  builder: ModelBuilder,
  filter: ValueName,
  shape: FilterShape,
  block: number,
): ValueName {
  const [h, w, inputs, outputs] = shape;
  const split = builder.reshape(filter, [h, w, inputs, outputs / block, block]);
  return builder.reshape(builder.transpose(split, [3, 2, 0, 1, 4]), [outputs, inputs, h, w]);
}

/** The blocked form of the filter with which a convolution of the gradient gives the input's gradient; `flipped` is HWIO. */
export function blockedBackwardFilter(
  builder: ModelBuilder,
  flipped: ValueName,
  shape: FilterShape,
  block: number,
): ValueName {
  const [h, w, inputs, outputs] = shape;
  // Transpose would go number by number; reordering, with the taps as images and the inputs as channels, goes by all threads.
  const images = builder.reshape(flipped, [h * w, inputs, 1, outputs]);
  const reordered = builder.blocked('ReorderInput', [images]);
  if (h * w === 1) return builder.reshape(reordered, [inputs, outputs, 1, 1]);
  const split = builder.reshape(reordered, [h * w, inputs / block, outputs / block, block * block]);
  return builder.reshape(builder.transpose(split, [1, 2, 0, 3]), [inputs, outputs, h, w]);
}

/** HWC1 to CHW{c}: the form that a blocked depthwise convolution reads. */
export function blockedDepthwiseFilter(
  builder: ModelBuilder,
  filter: ValueName,
  [h, w, channels]: FilterShape,
  block: number,
): ValueName {
  const split = builder.reshape(filter, [h, w, channels / block, block]);
  return builder.reshape(builder.transpose(split, [2, 0, 1, 3]), [channels, 1, h, w]);
}

/** Whether a window is one pixel that slides by one, so that the pixels it meets are the image. */
export function isPointwise({ kernel, strides, pads }: Window): boolean {
  return kernel[0] * kernel[1] === 1 && strides.every((step) => step === 1) && pads.every((pad) => pad === 0);
}

/** The pads with which a plain convolution by the flipped filter is the gradient, where there are such. */
export function backwardPads(
  { kernel, strides, dilations, pads }: Window,
  inputShape: readonly number[],
  gradientShape: readonly number[],
): Window['pads'] | undefined {
  if (strides.some((s) => s !== 1) || dilations.some((d) => d !== 1)) return undefined;
  const before = [0, 1].map((axis) => kernel[axis]! - 1 - pads[axis]!);
  const after = [0, 1].map(
    (axis) => inputShape[1 + axis]! + kernel[axis]! - 1 - gradientShape[1 + axis]! - before[axis]!,
  );
  const all = [before[0]!, before[1]!, after[0]!, after[1]!] as const;
  return all.every((pad) => pad >= 0) ? all : undefined;
}

/** The filter turned by 180 degrees. */
export function flip(builder: ModelBuilder, filter: ValueName, [h, w]: FilterShape): ValueName {
  if (h * w === 1) return filter;
  const before = Number.MIN_SAFE_INTEGER;
  const ranges = [builder.ints(-1, -1), builder.ints(before, before), builder.ints(0, 1), builder.ints(-1, -1)];
  return builder.op('Slice', [filter, ...ranges]);
}
