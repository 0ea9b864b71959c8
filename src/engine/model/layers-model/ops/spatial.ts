import * as z from 'zod';
import { numberOf, sizesOf, stringOf, type Config } from '../description/json';
import { activationOf, sizeOf, type Around, type Read } from './settings';
import type { Rank, Window } from '../../op/attributes';

const RANKS: readonly Rank[] = [1, 2, 3];

/** @param key of the size of the window. A pooling window moves by its own size by default */
function windowOf(config: Config, rank: Rank, key: 'kernel_size' | 'pool_size'): Window {
  const padding = (stringOf(config['padding']) ?? 'valid').toLowerCase();
  return {
    size: sizesOf(config[key], rank),
    strides: sizesOf(config['strides'] ?? (key === 'pool_size' ? config[key] : 1), rank),
    dilation: sizesOf(config['dilation_rate'] ?? 1, rank),
    padding: padding === 'valid' || padding === 'causal' ? padding : 'same',
  };
}

/** Reads the settings that convolutions share. */
const convolved = (config: Config, rank: Rank, around: Around) => ({
  rank,
  window: windowOf(config, rank, 'kernel_size'),
  activation: activationOf(config, around),
});

const convolution =
  (rank: Rank): Read =>
  (config, around) => ({
    kind: 'conv',
    ...convolved(config, rank, around),
    filters: sizeOf(config['filters']),
    groups: numberOf(config['groups'], 1),
  });

const transposed =
  (rank: Rank): Read =>
  (config, around) => ({
    kind: 'transposed-conv',
    ...convolved(config, rank, around),
    filters: sizeOf(config['filters']),
    outputPadding: sizesOf(config['output_padding'], rank),
  });

const depthwise =
  (rank: Rank): Read =>
  (config, around) => ({
    kind: 'depthwise-conv',
    ...convolved(config, rank, around),
    multiplier: numberOf(config['depth_multiplier'], 1),
  });

const separable =
  (rank: Rank): Read =>
  (config, around) => ({
    kind: 'separable-conv',
    ...convolved(config, rank, around),
    filters: sizeOf(config['filters']),
    // TensorFlow.js does not save it.
    multiplier: sizeOf(config['depth_multiplier']),
  });

const pool =
  (how: 'max' | 'average', rank: Rank): Read =>
  (config) => ({ kind: 'pool', how, rank, window: windowOf(config, rank, 'pool_size') });

const globalPool =
  (how: 'max' | 'average', rank: Rank): Read =>
  (config) => ({ kind: 'global-pool', how, rank, keepAxes: config['keepdims'] === true });

const Pairs = z.array(z.tuple([z.number(), z.number()]));

/** Reads both ends of each axis. The setting is one number, one for each axis, or a pair for each. */
function endsOf(value: unknown, rank: Rank): readonly (readonly [number, number])[] | null {
  const pairs = Pairs.safeParse(value);
  if (pairs.success) return pairs.data.length === rank ? pairs.data : null;
  if (rank === 1 && Array.isArray(value)) {
    const ends = sizesOf(value, 2);
    if (ends) return [[ends[0]!, ends[1]!]];
  }
  return sizesOf(value, rank)?.map((size): [number, number] => [size, size]) ?? null;
}

const margins =
  (kind: 'pad' | 'crop', rank: Rank, key: string): Read =>
  (config) => {
    const ends = endsOf(config[key] ?? 1, rank);
    return {
      ...{ kind, rank },
      margins: ends?.map(([before, after]) => before + after) ?? null,
      before: ends?.map(([before]) => before) ?? null,
    };
  };

const upsample =
  (rank: Rank): Read =>
  (config) => ({ kind: 'upsample', rank, factors: sizesOf(config['size'] ?? 2, rank) });

const each = (name: string, read: (rank: Rank) => Read, ranks = RANKS): Record<string, Read> =>
  Object.fromEntries(ranks.map((rank) => [name.replace('#', String(rank)), read(rank)]));

/** Layers that move a window over positions, or change the number of positions, by class name. */
export const spatials: Readonly<Record<string, Read>> = {
  ...each('Conv#D', convolution),
  ...each('Conv#DTranspose', transposed),
  ...each('DepthwiseConv#D', depthwise, [1, 2]),
  ...each('SeparableConv#D', separable, [1, 2]),
  ...each('MaxPooling#D', (rank) => pool('max', rank)),
  ...each('AveragePooling#D', (rank) => pool('average', rank)),
  ...each('GlobalMaxPooling#D', (rank) => globalPool('max', rank)),
  ...each('GlobalAveragePooling#D', (rank) => globalPool('average', rank)),
  ...each('ZeroPadding#D', (rank) => margins('pad', rank, 'padding')),
  ...each('Cropping#D', (rank) => margins('crop', rank, 'cropping')),
  ...each('UpSampling#D', upsample),
  ConvLSTM2D: (config) => ({
    kind: 'conv-lstm',
    filters: sizeOf(config['filters']),
    window: windowOf(config, 2, 'kernel_size'),
    sequences: config['return_sequences'] === true,
    states: config['return_state'] === true,
  }),
};
