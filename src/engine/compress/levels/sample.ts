import { MOST_ROWS } from '../../../protocol/measure/levels';
import type { Channels } from '../../model/kernel-channels';
import { weightsOf } from '../quantize/channel-grid';
import type { Weights } from '../restrict/restrict';
import { rangeOf, valueRange, type ValueRange } from '../value-range';

/** The weights of some output channels of a kernel, one channel after the other. */
export interface KernelSample {
  readonly data: Float32Array;
  /** The channels of `data`. */
  readonly channels: Channels;
  /** The index of each of them in the kernel. */
  readonly places: readonly number[];
}

/** Least weights of a channel that are taken. */
const LEAST = 256;

/**
 * Takes weights of a kernel: all of them where it has no more than `most`, or else some channels, and of long channels
 * weights that are equally far apart, with the smallest and the largest.
 */
export function sampleOf({ tensor }: Weights, channels: Channels, most: number): KernelSample {
  const { count } = channels;
  const { data } = tensor;
  if (count <= 1)
    return alone(data.length <= most ? data : thinned(data, most, valueRange(tensor) ?? rangeOf(data)), [0]);
  const length = data.length / count;
  const taken = data.length <= most ? length : Math.min(length, Math.max(LEAST, Math.floor(most / MOST_ROWS)));
  const number = data.length <= most ? count : Math.max(1, Math.min(count, Math.floor(most / taken)));
  const places = Array.from({ length: number }, (_, i) => Math.floor((i * count) / number));
  const parts = places.map((place) => {
    const part = weightsOf(data, channels, place);
    return part.length <= taken ? part : thinned(part, taken, rangeOf(part));
  });
  const inner = parts[0]!.length;
  const all = new Float32Array(inner * parts.length);
  parts.forEach((part, i) => all.set(part, i * inner));
  return { data: all, channels: { count: parts.length, inner }, places };
}

const alone = (data: Float32Array, places: readonly number[]): KernelSample => ({
  ...{ data, places },
  channels: { count: 1, inner: data.length },
});

/** Keeps about so many weights, and the smallest and the largest of all. */
function thinned(weights: Float32Array, most: number, { least, most: largest }: ValueRange): Float32Array {
  // An odd stride visits all channels of a row, whose number is mostly even.
  const stride = Math.ceil(weights.length / most) | 1;
  const found = new Float32Array(Math.ceil(weights.length / stride) + 2);
  for (let i = 0, at = 0; i < weights.length; i += stride) found[at++] = weights[i]!;
  found.set([least, largest], found.length - 2);
  return found;
}
