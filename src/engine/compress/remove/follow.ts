import type { Shape, TopologyLayer } from '../../model/topology';
import { identifierOf, shapeOf, stringOf } from '../../model/topology-json';

/** Layers that make channels, each with the setting that says how many. */
export const WIDTH_KEYS: Readonly<Record<string, string>> = {
  Conv1D: 'filters',
  Conv2D: 'filters',
  Conv3D: 'filters',
  Conv2DTranspose: 'filters',
  Conv3DTranspose: 'filters',
  SeparableConv2D: 'filters',
  Dense: 'units',
};

/** Each channel that leaves is made of the one that enters at its place, wherever it lies in the image. */
const PASSING = new Set(
  `Activation ReLU LeakyReLU ELU ThresholdedReLU PReLU Dropout SpatialDropout1D GaussianNoise GaussianDropout AlphaDropout
  ActivityRegularization ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D
  UpSampling3D MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
  GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D RepeatVector`.split(/\s+/),
);
const ADDING = new Set(['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum']);

/** Why channels are lost in a layer, by its type. */
const WHY: Readonly<Record<string, string>> = {
  LayerNormalization: 'its mean and variance are those of all channels together',
  Softmax: 'each of its outputs depends on all channels',
  Permute: 'it moves the axis of the channels',
  Reshape: 'it mixes channels with places',
  Dot: 'it multiplies channels with one another',
  LSTM: 'the states of a recurrent layer hang together',
  GRU: 'the states of a recurrent layer hang together',
  SimpleRNN: 'the states of a recurrent layer hang together',
  ConvLSTM2D: 'the states of a recurrent layer hang together',
  Bidirectional: 'the states of a recurrent layer hang together',
  TimeDistributed: 'the layer within it is not looked into',
  Embedding: 'its inputs are indices',
};

/** Where the channels that enter a layer come out of it. */
export type Followed =
  /** Each of `outputs` is the channel of the inputs, taken together, with that index. */
  | { readonly kind: 'passes'; readonly outputs: readonly number[] }
  /** Channels of all inputs at the same place become one. */
  | { readonly kind: 'joins' }
  /** New channels, summed over those that enter; `fixed`: why none of them can go. */
  | { readonly kind: 'makes'; readonly fixed?: string }
  | { readonly kind: 'lost'; readonly why: string };

/** @param widths channels of each input; `shape` is that of the output */
export function follow({ type, config }: TopologyLayer, shape: Shape | null, widths: readonly number[]): Followed {
  const [first = 0] = widths;
  const width = shape?.at(-1) ?? 0;
  const passes: Followed = { kind: 'passes', outputs: range(first) };
  const lost = (why = WHY[type] ?? 'its channels are not known to keep their places'): Followed => ({
    kind: 'lost',
    why,
  });
  if (/first$/i.test(stringOf(config['data_format']) ?? '')) return lost('its channels come first');
  if (typeof config['groups'] === 'number' && config['groups'] > 1) return lost('it convolves groups of channels');
  const crosses = /^log_?softmax$|^softmax$/i.test(identifierOf(config['activation']) ?? '');
  if (type in WIDTH_KEYS)
    return { kind: 'makes', ...(crosses ? { fixed: 'it ends in a softmax over its channels' } : {}) };
  if (crosses) return lost('each output of a softmax depends on all channels');
  if (type === 'InputLayer') return passes;
  if (PASSING.has(type)) return first === width ? passes : lost();
  if (type === 'BatchNormalization')
    return normalisedAxis(config['axis'], shape?.length ?? 0) ? passes : lost('it normalises another axis');
  if (type === 'Flatten') return flattened(first, width) ?? lost();
  if (type === 'Reshape') return reshaped(shapeOf(config['target_shape']), first, width) ?? lost();
  if (type === 'DepthwiseConv2D') {
    const multiplier = width / first;
    if (!Number.isInteger(multiplier)) return lost();
    return { kind: 'passes', outputs: range(first).flatMap((one) => Array.from({ length: multiplier }, () => one)) };
  }
  if (ADDING.has(type))
    return widths.every((one) => one === first) ? { kind: 'joins' } : lost('its inputs differ in width');
  if (type === 'Concatenate') {
    const all = widths.reduce((sum, one) => sum + one, 0);
    return all === width
      ? { kind: 'passes', outputs: range(all) }
      : lost('it does not join its inputs along the channels');
  }
  return lost();
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** All places one after another, at each all channels. */
function flattened(channels: number, width: number): Followed | undefined {
  if (channels === 0 || width % channels !== 0) return undefined;
  return { kind: 'passes', outputs: range(width).map((i) => i % channels) };
}

/** A shape whose last axis is still that of the channels, or a single axis of all places and channels. */
function reshaped(target: Shape | null, channels: number, width: number): Followed | undefined {
  if (!target || width === 0) return undefined;
  return target.length === 1 || width === channels ? flattened(channels, width) : undefined;
}

/** Keras writes the axis as a number, or as a list of one. */
function normalisedAxis(axis: unknown, rank: number): boolean {
  const one: unknown = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  return one === undefined || one === -1 || one === rank - 1;
}
