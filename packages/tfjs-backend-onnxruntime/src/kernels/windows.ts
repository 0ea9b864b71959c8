import type { Window } from '../graph/operations';
import { tf } from '../tf';

/** The attributes by which tfjs's kernels describe a convolution. */
export interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** What tfjs makes of a convolution's shapes and attributes. */
export function describeConvolution(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: ConvolutionAttributes,
  depthwise = false,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attributes.strides,
    attributes.dilations ?? 1,
    attributes.pad,
    attributes.dimRoundingMode,
    depthwise,
  );
}

export function isNhwc({ dataFormat }: ConvolutionAttributes): boolean {
  return dataFormat === undefined || dataFormat === 'NHWC';
}

/** The window of a convolution as tfjs has worked it out. */
export function convolutionWindow(info: tf.backend_util.Conv2DInfo): Window {
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: padsOf(info),
  };
}

/** The window of a pool. Pools count a dilated window by its whole extent. */
export function poolWindow(info: tf.backend_util.Conv2DInfo): Window {
  return {
    kernel: [info.effectiveFilterHeight, info.effectiveFilterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [1, 1],
    pads: padsOf(info),
  };
}

function padsOf({ padInfo }: tf.backend_util.Conv2DInfo): Window['pads'] {
  return [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right];
}

/** Whether the result's size is rounded down: with `dimRoundingMode` ceil or round tfjs may want it larger. */
export function roundsDown(info: tf.backend_util.Conv2DInfo): boolean {
  const { padInfo } = info;
  const height = info.inHeight + padInfo.top + padInfo.bottom - info.effectiveFilterHeight;
  const width = info.inWidth + padInfo.left + padInfo.right - info.effectiveFilterWidth;
  return (
    info.outHeight === Math.floor(height / info.strideHeight) + 1 &&
    info.outWidth === Math.floor(width / info.strideWidth) + 1
  );
}

/** Whether a gradient can be had by sliding the window backwards: nothing is dilated, and no tap lies in the padding only. */
export function slidesBackwards({ kernel, dilations, pads }: Window): boolean {
  return dilations.every((d) => d === 1) && pads.every((pad, side) => pad >= 0 && pad < kernel[side % 2]!);
}
