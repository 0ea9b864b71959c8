import { sizesOf, stringOf, type Config, type Shape } from '../topology-json';

/** An image-like shape taken apart: sizes of the axes that a window moves over, and channels. */
export interface Spatial {
  readonly batch: number | null;
  readonly axes: Shape;
  readonly channels: number | null;
}

const channelsFirst = (config: Config) => /first$/i.test(stringOf(config['data_format']) ?? '');

/** Takes a shape with `rank` spatial axes apart by its data format; null where the rank differs. */
export function takeApart(config: Config, shape: Shape | undefined, rank: number): Spatial | null {
  if (shape?.length !== rank + 2) return null;
  const [batch = null, ...rest] = shape;
  const channels = (channelsFirst(config) ? rest.shift() : rest.pop()) ?? null;
  return { batch, axes: rest, channels };
}

/** The reverse of `takeApart`. */
export function putTogether(config: Config, { batch, axes, channels }: Spatial): Shape {
  return channelsFirst(config) ? [batch, channels, ...axes] : [batch, ...axes, channels];
}

/** A window that moves over spatial axes; null where the configuration is none. */
export function windowOf(config: Config, rank: number, sizeKey: string) {
  const size = sizesOf(config[sizeKey], rank);
  const strides = sizesOf(config['strides'] ?? (sizeKey === 'pool_size' ? config[sizeKey] : 1), rank);
  const dilation = sizesOf(config['dilation_rate'] ?? 1, rank);
  if (!size || !strides || !dilation) return null;
  return { size, strides, dilation, padding: (stringOf(config['padding']) ?? 'valid').toLowerCase() };
}

type Window = NonNullable<ReturnType<typeof windowOf>>;

/** Positions of a window along each axis. */
export function slide(axes: Shape, window: Window): Shape {
  return axes.map((length, i) => {
    if (length === null) return null;
    const stride = window.strides[i]!;
    if (window.padding !== 'valid') return Math.ceil(length / stride);
    const reach = (window.size[i]! - 1) * window.dilation[i]! + 1;
    return Math.max(0, Math.floor((length - reach) / stride) + 1);
  });
}

/**
 * Lengths that a transposed window makes of each axis.
 * @param outputPadding what is added at the far end of each axis, where it is set
 */
export function unslide(axes: Shape, window: Window, outputPadding: readonly number[] | null): Shape {
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
