import type { Window } from '../graph/operations';
import { tf } from '../tf';

/** The attributes of a convolution in tfjs. */
export interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Computes the sizes of a convolution by tfjs. */
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

/** Returns the window of a convolution. */
export function convolutionWindow(info: tf.backend_util.Conv2DInfo): Window {
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: padsOf(info),
  };
}

/** Returns the window of a pool. A dilated window counts with its whole extent. */
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

/**
 * True if the size of the result is rounded down. With `dimRoundingMode` ceil or round tfjs may expect a larger result.
 */
export function roundsDown(info: tf.backend_util.Conv2DInfo): boolean {
  const { padInfo } = info;
  const height = info.inHeight + padInfo.top + padInfo.bottom - info.effectiveFilterHeight;
  const width = info.inWidth + padInfo.left + padInfo.right - info.effectiveFilterWidth;
  return (
    info.outHeight === Math.floor(height / info.strideHeight) + 1 &&
    info.outWidth === Math.floor(width / info.strideWidth) + 1
  );
}

/** True if sliding the window backwards gives the gradient: no dilation, and no tap that only reads padding. */
export function slidesBackwards({ kernel, dilations, pads }: Window): boolean {
  return dilations.every((d) => d === 1) && pads.every((pad, side) => pad >= 0 && pad < kernel[side % 2]!);
}
