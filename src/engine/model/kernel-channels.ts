import type { GraphTensor } from './model-graph';

/** Divides the elements of a kernel into output channels: element i belongs to channel floor(i / inner) % count. */
export interface Channels {
  readonly count: number;
  readonly inner: number;
}

/** The output channels of a kernel, with their axes. */
export interface KernelChannels extends Channels {
  /** The axes over which a channel runs. */
  readonly over: readonly number[];
  /** Broadcasts a number for each channel to the kernel. */
  readonly shape: readonly number[];
}

/** Finds the output channels of a kernel: those of its layer, or else the places of its last axis. */
export function kernelChannels({
  tensor: { shape },
  role,
  axes,
}: Pick<GraphTensor, 'tensor' | 'role' | 'axes'>): KernelChannels {
  const last = shape.length - 1;
  // A depthwise convolution makes a channel for each input channel and multiplier.
  const own =
    role === 'depthwise-kernel' ? [last - 1, last] : [axes.find(({ side }) => side === 'outputs')?.axis ?? last];
  const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
  return {
    count: product(own.map((axis) => shape[axis] ?? 1)),
    inner: product(shape.slice(own.at(-1)! + 1)),
    over: [...shape.keys()].filter((axis) => !own.includes(axis)),
    shape: shape.map((size, axis) => (own.includes(axis) ? size : 1)),
  };
}

/** Returns the channel of an element. */
export const channelAt = ({ count, inner }: Channels, i: number): number =>
  inner === 1 ? i % count : Math.floor(i / inner) % count;
