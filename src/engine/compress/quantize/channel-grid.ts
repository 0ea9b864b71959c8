import type { Channels } from '../../model/kernel-channels';

/** `symmetric`: as many levels below 0 as above. `affine`: all 2^bits levels, so that one side may have more. */
export type GridKind = 'symmetric' | 'affine';

/** Values of one channel: whole levels from `lowest` to `highest`, times a scale above 0, rounded to float32. 0 is one of them. */
export interface ChannelGrid {
  readonly scale: number;
  readonly lowest: number;
  readonly highest: number;
}

/** The grids of a kernel, one for each output channel. */
export interface KernelGrids {
  readonly channels: Channels;
  readonly grids: readonly ChannelGrid[];
}

/** Ratios of the range of a channel that are tried as the range of its grid: large weights may be clipped. */
const CLIPS = Array.from({ length: 24 }, (_, i) => 1 - i / 32);
/** Number of weights of a channel that a clip is judged by. */
const JUDGED = 4096;
/** Bits from which on clipping gains nothing. */
const FINE_BITS = 8;

/** Rounds a value to the nearest level of a grid. */
export const levelOf = (value: number, { scale, lowest, highest }: ChannelGrid): number =>
  Math.min(highest, Math.max(lowest, Math.round(value / scale))) + 0;

/** Returns the value of a level as float32. */
export const valueAt = (level: number, { scale }: ChannelGrid): number => Math.fround(level * scale);

/**
 * Finds the grid that rounds the weights of one channel with the smallest mean squared error, over clipped ranges.
 * @param bits 2 to 8
 */
export function gridOf(values: Float32Array, bits: number, kind: GridKind): ChannelGrid {
  let [least, most] = [0, 0];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const candidates = rangesOf(bits, kind, least, most);
  const stride = Math.max(1, Math.ceil(values.length / JUDGED));
  let best: { grid: ChannelGrid; error: number } | undefined;
  for (const { lowest, highest } of candidates) {
    // The scale at which both ends of the weights are on the grid.
    const whole = Math.max(highest === 0 ? 0 : most / highest, lowest === 0 ? 0 : least / lowest);
    for (const clip of bits >= FINE_BITS ? [1] : CLIPS) {
      const scale = Math.fround(whole * clip);
      if (!(scale > 0)) continue;
      const grid = { scale, lowest, highest };
      const error = errorOf(values, stride, grid);
      if (!best || error < best.error) best = { grid, error };
    }
  }
  return best?.grid ?? { scale: 1, ...candidates[0]! };
}

/** Lists the lowest and highest levels to try: where 0 is among the levels decides how many there are on each side. */
function rangesOf(bits: number, kind: GridKind, least: number, most: number): Omit<ChannelGrid, 'scale'>[] {
  const levels = 2 ** bits;
  const half = levels / 2;
  if (kind === 'symmetric') return [{ lowest: 1 - half, highest: half - 1 }];
  const fitting = most === least ? 0 : Math.round((least / (most - least)) * (levels - 1));
  return [...new Set([fitting, -half, 1 - half])].map((lowest) => ({ lowest, highest: lowest + levels - 1 }));
}

function errorOf(values: Float32Array, stride: number, grid: ChannelGrid): number {
  let error = 0;
  for (let i = 0; i < values.length; i += stride) error += (values[i]! - levelOf(values[i]!, grid) * grid.scale) ** 2;
  return error;
}

/** Collects the weights of one channel. */
export function weightsOf(data: Float32Array, { count, inner }: Channels, channel: number): Float32Array {
  const found = new Float32Array(data.length / count);
  let next = 0;
  for (let start = channel * inner; start < data.length; start += count * inner)
    for (let i = start; i < start + inner; i++) found[next++] = data[i]!;
  return found;
}

/** Rounds each weight to the grid of its channel; weights that are 0 stay 0. */
export function roundedTo({ grids, channels: { count, inner } }: KernelGrids, data: Float32Array): Float32Array {
  return data.map((value, i) => {
    const grid = grids[Math.floor(i / inner) % count]!;
    return valueAt(levelOf(value, grid), grid);
  });
}
