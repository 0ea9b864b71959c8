import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import type { Window } from '../../graph/operations';

/** A filter's shape: height, width, input channels, output channels (HWIO). */
export type FilterShape = readonly [number, number, number, number];

/** The attributes of a convolution with this window. */
export function windowAttributes({ kernel, strides, dilations, pads }: Window): Attributes {
  return { kernel_shape: kernel, strides, dilations, pads };
}

/** Rounds up to a multiple of `step`. */
export const roundUp = (count: number, step: number): number => Math.ceil(count / step) * step;

/** Converts HWIO to OIHW{i}{o}, the filter layout of blocked convolutions of blocked images. */
export function blockedFilter(builder: ModelBuilder, filter: ValueName, shape: FilterShape, block: number): ValueName {
  const [h, w, inputs, outputs] = shape;
  const split = builder.reshape(filter, [h, w, inputs / block, block, outputs / block, block]);
  return builder.reshape(builder.transpose(split, [4, 2, 0, 1, 3, 5]), [outputs, inputs, h, w]);
}

/** Converts HWIO to OIHW{o}, the filter layout for images with fewer channels than a block. */
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

/**
 * Converts a flipped filter (HWIO) to the layout for the gradient of the input, a convolution of the gradient of the
 * result.
 */
export function blockedBackwardFilter(
  builder: ModelBuilder,
  flipped: ValueName,
  shape: FilterShape,
  block: number,
): ValueName {
  const [h, w, inputs, outputs] = shape;
  // Transpose copies element by element. ReorderInput, with taps as images and inputs as channels, uses all threads.
  const images = builder.reshape(flipped, [h * w, inputs, 1, outputs]);
  const reordered = builder.blocked('ReorderInput', [images]);
  if (h * w === 1) return builder.reshape(reordered, [inputs, outputs, 1, 1]);
  const split = builder.reshape(reordered, [h * w, inputs / block, outputs / block, block * block]);
  return builder.reshape(builder.transpose(split, [1, 2, 0, 3]), [inputs, outputs, h, w]);
}

/** Converts HWC1 to CHW{c}, the filter layout of blocked depthwise convolutions. */
export function blockedDepthwiseFilter(
  builder: ModelBuilder,
  filter: ValueName,
  [h, w, channels]: FilterShape,
  block: number,
): ValueName {
  const split = builder.reshape(filter, [h, w, channels / block, block]);
  return builder.reshape(builder.transpose(split, [2, 0, 1, 3]), [channels, 1, h, w]);
}

/** True if the window is one pixel with a stride of one and no padding: its patches are the pixels of the image. */
export function isPointwise({ kernel, strides, pads }: Window): boolean {
  return kernel[0] * kernel[1] === 1 && strides.every((step) => step === 1) && pads.every((pad) => pad === 0);
}

/** The pads for which a plain convolution with the flipped filter is the gradient; undefined if there are none. */
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

/** Flips a filter in height and width. */
export function flip(builder: ModelBuilder, filter: ValueName, [h, w]: FilterShape): ValueName {
  if (h * w === 1) return filter;
  const before = Number.MIN_SAFE_INTEGER;
  const ranges = [builder.ints(-1, -1), builder.ints(before, before), builder.ints(0, 1), builder.ints(-1, -1)];
  return builder.op('Slice', [filter, ...ranges]);
}
