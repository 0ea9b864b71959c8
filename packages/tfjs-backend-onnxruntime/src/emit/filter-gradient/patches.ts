import type { ValueName } from '../../encoding/model-builder';
import type { Window } from '../../graph/operations';
import type { Value } from '../../graph/value';
import { isPointwise, roundUp, windowAttributes } from '../convolution/filters';
import type { Emission } from '../emission';

/** With fewer channels, a convolution or copied slices are faster than gathered rows. */
export const FEW_CHANNELS = 8;

export interface Patches {
  readonly image: Value;
  readonly shape: readonly [number, number, number, number];
  readonly window: Window;
  readonly height: number;
  readonly width: number;
}

/** The patches of an image as a matrix: one row per position of the result, one column per tap and channel. */
export function patches(emission: Emission, { image, shape, window, height, width }: Patches): ValueName {
  const { builder } = emission;
  const [n, h, w, channels] = shape;
  const [kh, kw] = window.kernel;
  const positions = n * height * width;
  if (isPointwise(window)) {
    return emission.flat(image, [positions, channels]);
  }
  builder.noteScratch(4 * positions * kh * kw * channels);
  if (channels < FEW_CHANNELS) {
    const few = { image, shape, window, height, width };
    return emission.block > 0 ? convolvedPatches(emission, few) : slicedPatches(emission, few);
  }
  const pixels = n * h * w;
  const { indices, readsPadding } = patchIndices(shape, window, height, width);
  let rows = emission.flat(image, [pixels, channels]);
  if (readsPadding) rows = builder.op('Pad', [rows, builder.ints(0, 0, 1, 0)]);
  const geometry = JSON.stringify([shape.slice(0, 3), window, height, width]);
  const constant = builder.once(`patches ${geometry}`, () => builder.constant('int32', [indices.length], indices));
  return builder.reshape(builder.op('Gather', [rows, constant], { axis: 0 }), [positions, kh * kw * channels]);
}

/**
 * The index of the pixel that each tap of each position reads. Taps outside the image read a row of zeros after the
 * last pixel.
 */
function patchIndices(
  [n, h, w]: Patches['shape'],
  { kernel, strides, dilations, pads }: Window,
  height: number,
  width: number,
): { indices: Int32Array; readsPadding: boolean } {
  const [kh, kw] = kernel;
  const indices = new Int32Array(n * height * width * kh * kw);
  const padding = n * h * w;
  let readsPadding = false;
  let next = 0;
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let tap = 0; tap < kh * kw; tap++) {
          const row = y * strides[0] - pads[0] + Math.floor(tap / kw) * dilations[0];
          const column = x * strides[1] - pads[1] + (tap % kw) * dilations[1];
          const inside = row >= 0 && row < h && column >= 0 && column < w;
          readsPadding ||= !inside;
          indices[next++] = inside ? (image * h + row) * w + column : padding;
        }
      }
    }
  }
  return { indices, readsPadding };
}

/**
 * Computes patches of few channels by a convolution whose filters are 1 at one tap each: the fastest way to copy single
 * elements. An infinite element makes NaN of its neighbours, as 0 times infinity does.
 */
export function convolvedPatches(emission: Emission, { image, shape, window, height, width }: Patches): ValueName {
  const { builder, block } = emission;
  const channels = shape[3];
  const [kh, kw] = window.kernel;
  const taps = kh * kw * channels;
  const filters = roundUp(taps, block);
  const ones = new Float32Array(filters * taps);
  for (let tap = 0; tap < taps; tap++) {
    const [pixel, channel] = [Math.floor(tap / channels), tap % channels];
    ones[((Math.floor(tap / block) * channels + channel) * kh * kw + pixel) * block + (tap % block)] = 1;
  }
  const names = [emission.nchw(image, shape), builder.constant('float32', [filters, channels, kh, kw], ones)];
  const blocks = builder.blocked('Conv', names, windowAttributes(window));
  const flat = builder.blocked('ReorderOutput', [blocks], { channels: taps, channels_last: 1 });
  return builder.reshape(flat, [shape[0] * height * width, taps]);
}

function slicedPatches(emission: Emission, { image, shape, window, height, width }: Patches): ValueName {
  const { builder } = emission;
  const { kernel, strides, dilations, pads } = window;
  const [n, , , channels] = shape;
  let padded = emission.flat(image, shape);
  if (pads.some((pad) => pad > 0)) {
    padded = builder.op('Pad', [padded, builder.ints(0, pads[0], pads[1], 0, 0, pads[2], pads[3], 0)]);
  }
  const taps: ValueName[] = [];
  for (let y = 0; y < kernel[0]; y++) {
    for (let x = 0; x < kernel[1]; x++) {
      const [top, left] = [y * dilations[0], x * dilations[1]];
      const ends = [top + (height - 1) * strides[0] + 1, left + (width - 1) * strides[1] + 1];
      const ranges = [builder.ints(top, left), builder.ints(...ends), builder.ints(1, 2), builder.ints(...strides)];
      taps.push(builder.op('Slice', [padded, ...ranges]));
    }
  }
  const joined = builder.op('Concat', taps, { axis: 3 });
  return builder.reshape(joined, [n * height * width, taps.length * channels]);
}
