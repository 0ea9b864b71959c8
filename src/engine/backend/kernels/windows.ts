import type { Window } from '../graph/operations';
import type { tf } from '../tf';

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

/** Whether the windows cover the input without overlap, gap or padding. */
export function tilesInput({ kernel, strides, pads }: Window, [, height, width]: readonly number[]): boolean {
  const exact = kernel[0] === strides[0] && kernel[1] === strides[1] && pads.every((pad) => pad === 0);
  return exact && height! % kernel[0] === 0 && width! % kernel[1] === 0;
}
