import type { Op } from '../op/op';
import type { Window } from '../op/attributes';
import type { Shape } from '../shape';

/** The parts of an image-like shape: sizes of the axes that a window moves over, and channels. */
export interface Spatial {
  readonly batch: number | null;
  readonly axes: Shape;
  readonly channels: number | null;
}

type Order = Pick<Op, 'channelsFirst'>;

/** Splits a shape with `rank` spatial axes by its data format; null where the rank differs. */
export function takeApart({ channelsFirst }: Order, shape: Shape | undefined, rank: number): Spatial | null {
  if (shape?.length !== rank + 2) return null;
  const [batch = null, ...rest] = shape;
  const channels = (channelsFirst ? rest.shift() : rest.pop()) ?? null;
  return { batch, axes: rest, channels };
}

/** Reverses `takeApart`. */
export function putTogether({ channelsFirst }: Order, { batch, axes, channels }: Spatial): Shape {
  return channelsFirst ? [batch, channels, ...axes] : [batch, ...axes, channels];
}

/** A window without unknown values. */
interface WholeWindow {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Window['padding'];
}

/** Returns a window where all of it is known. */
export function whole({ size, strides, dilation, padding }: Window): WholeWindow | null {
  return size && strides && dilation ? { size, strides, dilation, padding } : null;
}

/** Counts the positions of a window along each axis. */
export function slide(axes: Shape, window: WholeWindow): Shape {
  return axes.map((length, i) => {
    if (length === null) return null;
    const stride = window.strides[i]!;
    if (window.padding !== 'valid') return Math.ceil(length / stride);
    const reach = (window.size[i]! - 1) * window.dilation[i]! + 1;
    return Math.max(0, Math.floor((length - reach) / stride) + 1);
  });
}

/**
 * Computes the length of each axis after a transposed window.
 * @param outputPadding length added at the far end of each axis, where it is set
 */
export function unslide(axes: Shape, window: WholeWindow, outputPadding: readonly number[] | null): Shape {
  return axes.map((length, i) => {
    if (length === null) return null;
    const stride = window.strides[i]!;
    const reach = (window.size[i]! - 1) * window.dilation[i]! + 1;
    if (outputPadding) {
      const cut = window.padding === 'valid' ? 0 : 2 * Math.floor(reach / 2);
      return (length - 1) * stride + reach - cut + outputPadding[i]!;
    }
    return length * stride + (window.padding === 'valid' ? Math.max(reach - stride, 0) : 0);
  });
}
