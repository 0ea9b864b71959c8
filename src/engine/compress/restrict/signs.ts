import { channelAt, type Channels } from '../../model/kernel-channels';

/** Weights nearer to 0 than this share of their mean size become 0 (Li and Liu 2016, equation 6). */
export const TERNARY_THRESHOLD = 0.7;

/** Returns the mean of the sizes above a threshold, for each scale. */
function meanSizes(data: Float32Array, channels: Channels, above: (scale: number) => number): Float64Array {
  const [sums, counts] = [new Float64Array(channels.count), new Float64Array(channels.count)];
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]!);
    const channel = channelAt(channels, i);
    if (size === 0 || size <= above(channel)) continue;
    sums[channel]! += size;
    counts[channel]!++;
  }
  return sums.map((sum, i) => (counts[i] === 0 ? 0 : sum / counts[i]!));
}

/** Rounds each weight to -a, 0 or +a; `a` is the mean size of the weights that do not become 0. */
export function ternarized(data: Float32Array, scales: Channels): Float32Array {
  const thresholds = meanSizes(data, scales, () => 0).map((mean) => TERNARY_THRESHOLD * mean);
  const sizes = meanSizes(data, scales, (scale) => thresholds[scale]!);
  return data.map((value, i) => {
    const scale = channelAt(scales, i);
    return Math.abs(value) > thresholds[scale]! ? Math.sign(value) * sizes[scale]! : 0;
  });
}

/** Rounds each weight to -a or +a, with the mean size of the weights; zeros stay. */
export function binarized(data: Float32Array, scales: Channels): Float32Array {
  const sizes = meanSizes(data, scales, () => 0);
  return data.map((value, i) => (value === 0 ? 0 : Math.sign(value) * sizes[channelAt(scales, i)]!));
}
