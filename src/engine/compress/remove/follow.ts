import type { TopologyLayer } from '../../model/topology';
import type { Shape } from '../../model/shape';
import { identifierOf, numberOf, shapeOf, stringOf } from '../../model/topology-json';

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
  GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D RepeatVector Resizing CenterCrop`.split(
    /\s+/,
  ),
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
  Normalization: 'it scales each channel by a number of its own',
  Masking: 'whether it masks a step depends on all channels',
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

/** What is known of a layer's output: the length of its last axis, and how many axes it has, the batch included. */
export interface Output {
  readonly width: number | null;
  readonly rank: number | null;
}

/**
 * Where the channels go that enter a layer.
 * @param widths channels of each input; null where they are not known
 */
export function follow(
  { type, config, op }: TopologyLayer,
  { width, rank }: Output,
  widths: readonly (number | null)[],
): Followed {
  const [first = null] = widths;
  const passes: Followed = { kind: 'passes', outputs: range(first ?? 0) };
  const lost = (why = WHY[type] ?? unknownWhy(op.kind === 'unknown')): Followed => ({ kind: 'lost', why });
  if (/first$/i.test(stringOf(config['data_format']) ?? '')) return lost('its channels come first');
  if (typeof config['groups'] === 'number' && config['groups'] > 1) return lost('it convolves groups of channels');
  const crosses = /^log_?softmax$|^softmax$/i.test(identifierOf(config['activation']) ?? '');
  if (type in WIDTH_KEYS)
    return { kind: 'makes', ...(crosses ? { fixed: 'it ends in a softmax over its channels' } : {}) };
  if (crosses) return lost('each output of a softmax depends on all channels');
  if (type === 'InputLayer') return passes;
  if (type === 'Rescaling')
    return [config['scale'], config['offset'] ?? 0].every((one) => typeof one === 'number')
      ? passes
      : lost('it scales each channel by a number of its own');
  if (PASSING.has(type)) return first === width || first === null || width === null ? passes : lost();
  if (type === 'BatchNormalization') return isLast(config['axis'], rank) ? passes : lost('it normalises another axis');
  if (ADDING.has(type)) {
    const wide = widths.filter((one) => one !== null && one !== 1);
    return wide.every((one) => one === wide[0]) ? { kind: 'joins' } : lost('its inputs differ in width');
  }
  if (first === null) return lost();
  if (type === 'DepthwiseConv2D') {
    const multiplier = numberOf(config['depth_multiplier'], 1);
    if (width !== null && width !== first * multiplier) return lost();
    return { kind: 'passes', outputs: range(first).flatMap((one) => Array.from({ length: multiplier }, () => one)) };
  }
  if (type === 'Concatenate')
    return isLast(config['axis'], rank)
      ? { kind: 'passes', outputs: range(widths.reduce<number>((sum, one) => sum + (one ?? 0), 0)) }
      : lost('it does not join its inputs along the channels');
  if (type !== 'Flatten' && type !== 'Reshape') return lost();
  if (width === null) return lost('the size of what it reshapes is open');
  return (
    (type === 'Flatten' ? flattened(first, width) : reshaped(shapeOf(config['target_shape']), first, width)) ?? lost()
  );
}

/** Why channels are not followed through a layer of a type that nothing is said of. */
const unknownWhy = (isUnknown: boolean): string =>
  isUnknown
    ? 'it is not known what a layer of this type makes of its channels'
    : 'its channels are not known to keep their places';

/** How many axes the output of a layer has whose input has `fed`; null where its type does not tell. */
export function rankOf(type: string, fed: number | null): number | null {
  if (/^Global|^Repeat/.test(type)) return null;
  const places = /([123])D/.exec(type)?.[1];
  if (places !== undefined) return Number(places) + 2;
  return PASSING.has(type) || ADDING.has(type) || ['Dense', 'BatchNormalization', 'Concatenate'].includes(type)
    ? fed
    : null;
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

/** Whether an axis is the last of so many. Keras writes it as a number, or as a list of one. */
function isLast(axis: unknown, rank: number | null): boolean {
  const one: unknown = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  return one === undefined || one === -1 || (rank !== null && one === rank - 1);
}
