import type { ValueName } from '../encoding/model-builder';
import { sizeOf } from '../graph/native-types';
import type { Window } from '../graph/operations';
import type { PendingValue, Value } from '../graph/value';
import { emitBlockedFilterGradient } from './blocked-filter-gradient';
import type { Emission } from './emission';
import { stackedProduct } from './matrix-products';

/** Below this many channels, copying slices beats gathering rows. */
const GATHER_CHANNELS = 8;
/** From this many multiplications on, the product is done in parts, which the threads share. */
const SPLIT_PRODUCT = 1e7;
const PARTS = [4, 2];

interface Patches {
  readonly image: Value;
  readonly shape: readonly [number, number, number, number];
  readonly window: Window;
  readonly height: number;
  readonly width: number;
}

/** The gradient of a convolution with respect to its filter: patches of the image, transposed, times the gradient. */
export function emitConv2DFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): void {
  if (emitBlockedFilterGradient(emission, value)) return;
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const [image, gradient] = inputs as [Value, Value];
  const [n, height, width, filters] = inputShapes[1] as [number, number, number, number];
  const shape = inputShapes[0] as Patches['shape'];
  const positions = n * height * width;
  const taps = sizeOf(value.shape) / filters;
  const columns = patches(emission, { image, shape, window: operation.attributes.window, height, width });
  const rows = emission.flat(gradient, [positions, filters]);
  const parts = positions * taps * filters > SPLIT_PRODUCT ? PARTS.find((count) => positions % count === 0) : undefined;
  if (parts === undefined) {
    emission.setFlat(value, builder.reshape(builder.op('Gemm', [columns, rows], { transA: 1 }), value.shape));
    return;
  }
  const left = builder.reshape(columns, [parts, positions / parts, taps]);
  const right = builder.reshape(rows, [parts, positions / parts, filters]);
  const products = stackedProduct(emission, [left, right], [3, 3], [true, false]);
  const sum = builder.op('MatMul', [builder.onesRow(parts), builder.reshape(products, [parts, taps * filters])]);
  emission.setFlat(value, builder.reshape(sum, value.shape));
}

/** The image's patches as a matrix: one row per position of the result, one column per tap and channel. */
function patches(emission: Emission, { image, shape, window, height, width }: Patches): ValueName {
  const { builder } = emission;
  const [n, h, w, channels] = shape;
  const [kh, kw] = window.kernel;
  const positions = n * height * width;
  if (kh * kw === 1 && window.strides.every((s) => s === 1) && window.pads.every((p) => p === 0)) {
    return emission.flat(image, [positions, channels]);
  }
  builder.noteScratch(4 * positions * kh * kw * channels);
  if (channels < GATHER_CHANNELS) return slicedPatches(emission, { image, shape, window, height, width });
  const pixels = n * h * w;
  const { indices, readsPadding } = patchIndices(shape, window, height, width);
  let rows = emission.flat(image, [pixels, channels]);
  if (readsPadding) rows = builder.op('Pad', [rows, builder.ints(0, 0, 1, 0)]);
  const geometry = JSON.stringify([shape.slice(0, 3), window, height, width]);
  const constant = builder.once(`patches ${geometry}`, () => builder.constant('int32', [indices.length], indices));
  return builder.reshape(builder.op('Gather', [rows, constant], { axis: 0 }), [positions, kh * kw * channels]);
}

/** For each tap of each position the pixel it reads; taps outside the image read one row of zeros after the last pixel. */
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
