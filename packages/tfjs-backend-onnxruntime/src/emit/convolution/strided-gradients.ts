import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Window } from '../../graph/operations';
import { blockedBackwardFilter, type FilterShape, flip } from './filters';
import { insertZeros } from './zero-insertion';

type ImageShape = readonly [number, number, number, number];

/** The gradient of the result of a strided convolution, and its filter, both in whole blocks of `block` channels. */
export interface StridedGradient {
  /** The gradient in blocks; `gradientShape` is its NHWC shape. */
  readonly gradient: ValueName;
  readonly gradientShape: ImageShape;
  /** HWIO, not flipped. */
  readonly filter: ValueName;
  readonly filterShape: FilterShape;
  readonly window: Window;
  /** Height and width of the image. */
  readonly size: readonly [number, number];
  readonly block: number;
}

/** The taps and pads for the pixels of one phase along one axis. */
interface Phase {
  readonly first: number;
  readonly taps: number;
  readonly pads: readonly [before: number, after: number];
}

/**
 * Computes the gradient of a strided convolution with respect to its image, in blocks. Pixels with the same remainder
 * modulo the strides form a phase. A phase uses the same taps of the filter everywhere, so it is a plain convolution of
 * the gradient with these taps.
 *
 * @returns undefined if phases differ in size or the filter has no tap for a phase
 */
export function stridedGradient(builder: ModelBuilder, strided: StridedGradient): ValueName | undefined {
  const { gradient, gradientShape, filter, filterShape, window, size, block } = strided;
  const { strides, dilations } = window;
  const [n, height, width] = gradientShape;
  const [h, w, channels, filters] = filterShape;
  if (dilations.some((dilation) => dilation !== 1)) return undefined;
  const convolve = (taps: ValueName, shape: FilterShape, pads: readonly number[]): ValueName =>
    builder.blocked('Conv', [gradient, blockedBackwardFilter(builder, taps, shape, block)], {
      kernel_shape: shape.slice(0, 2),
      pads,
    });
  if (h * w === 1 && window.pads.every((pad) => pad === 0)) {
    const pixels = convolve(filter, filterShape, [0, 0, 0, 0]);
    const planes = [(n * channels) / block, height, width, block] as const;
    return builder.reshape(insertZeros(builder, pixels, planes, strides, size), [n, channels, ...size]);
  }
  const rows = phasesOf(0, strided);
  const columns = phasesOf(1, strided);
  if (rows === undefined || columns === undefined) return undefined;
  const images = rows.map((row) => {
    const lines = columns.map((column) => {
      const [starts, ends] = [builder.ints(row.first, column.first), builder.ints(h, w)];
      const taps = builder.op('Slice', [filter, starts, ends, builder.ints(0, 1), builder.ints(...strides)]);
      const shape = [row.taps, column.taps, channels, filters] as const;
      const pads = [row.pads[0], column.pads[0], row.pads[1], column.pads[1]];
      return convolve(flip(builder, taps, shape), shape, pads);
    });
    return interleaved(builder, lines, block);
  });
  const whole = interleaved(builder, images, size[1] * block);
  return builder.reshape(whole, [n, channels, ...size]);
}

/** The phases along one axis; undefined unless all have equally many pixels and at least one tap. */
function phasesOf(axis: 0 | 1, { gradientShape, filterShape, window, size }: StridedGradient): Phase[] | undefined {
  const stride = window.strides[axis];
  const kernel = filterShape[axis];
  const before = window.pads[axis];
  if (size[axis] % stride !== 0 || kernel < stride) return undefined;
  const phases = Array.from({ length: stride }, (_, phase): Phase => {
    const first = (phase + before) % stride;
    const taps = Math.ceil((kernel - first) / stride);
    const offset = (phase + before - first) / stride;
    return { first, taps, pads: [taps - 1 - offset, size[axis] / stride + offset - gradientShape[1 + axis]!] };
  });
  return phases.every(({ pads }) => pads.every((pad) => pad >= 0)) ? phases : undefined;
}

/** Interleaves the parts: `length` elements of each one, again and again. */
function interleaved(builder: ModelBuilder, parts: readonly ValueName[], length: number): ValueName {
  if (parts.length === 1) return parts[0]!;
  const runs = parts.map((part) => builder.reshape(part, [-1, length]));
  return builder.op('Concat', runs, { axis: 1 });
}
