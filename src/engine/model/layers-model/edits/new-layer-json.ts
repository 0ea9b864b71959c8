import type { NewLayer, NewOp } from '../../edit/new-layer';
import type { Op } from '../../op/op';
import type { Sizes, Window } from '../../op/attributes';
import type { Config, LayerJson } from '../description/json';

/** Fields that declare the input of a layer. */
export const DECLARED = ['batch_input_shape', 'batch_shape'] as const;
/** Fields that Keras 3 writes beside the class of a layer. */
const BESIDE = ['module', 'registered_name'] as const;
/** Activations that TensorFlow.js, Keras 2 and Keras 3 spell as `Activation` does. */
const SPELLED_ALIKE = new Set(['linear', 'relu', 'relu6', 'tanh', 'sigmoid', 'elu', 'selu', 'softmax', 'softplus', 'softsign']); // prettier-ignore

/** The place of a new layer: the layer that it helps to replace, the op of that, and whether it comes first or last. */
export interface NewPlace {
  readonly replaced: LayerJson;
  readonly op: Op;
  readonly first: boolean;
  readonly last: boolean;
}

/** Describes a new layer, without its calls, in the dialect of the layer that it helps to replace. */
export function newLayerJson(made: NewLayer, place: NewPlace): LayerJson {
  const { name, op, tensors } = made;
  const { replaced, first, last } = place;
  const own: Config = Array.isArray(replaced.config) ? {} : (replaced.config ?? {});
  const copied = (...keys: readonly string[]): Config =>
    Object.fromEntries(keys.flatMap((key) => (isSet(own[key]) ? [[key, own[key]]] : [])));
  const weighted = op.kind !== 'activation';
  const bias = tensors.some(({ role }) => role === 'bias');
  const config: Config = {
    ...{ name, ...copied('trainable', 'dtype') },
    ...(first ? copied(...DECLARED) : {}),
    ...settingsOf(op),
    ...(weighted && op.kind !== 'dense' ? dataFormat(own, place.op) : {}),
    activation: activationOf(op.activation, place, own),
    ...(weighted ? { use_bias: bias, ...regularized(op, own['kernel_regularizer'] ?? own['depthwise_regularizer']) } : {}), // prettier-ignore
    ...(bias ? copied('bias_regularizer', 'bias_constraint') : {}),
    ...(last ? copied('activity_regularizer') : {}),
  };
  const beside = Object.fromEntries(BESIDE.flatMap((key) => (key in replaced ? [[key, replaced[key]]] : [])));
  return { ...beside, class_name: classOf(op), config, ...('name' in replaced ? { name } : {}) };
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

function classOf(op: NewOp): string {
  switch (op.kind) {
    case 'dense':
      return 'Dense';
    case 'activation':
      return 'Activation';
    case 'conv':
      return `Conv${op.rank}D`;
    case 'transposed-conv':
      return `Conv${op.rank}DTranspose`;
    case 'depthwise-conv':
      return `DepthwiseConv${op.rank}D`;
    case 'separable-conv':
      return `SeparableConv${op.rank}D`;
  }
}

function settingsOf(op: NewOp): Config {
  switch (op.kind) {
    case 'dense':
      return { units: known(op.units) };
    case 'activation':
      return {};
    case 'conv':
      return { filters: known(op.filters), ...windowOf(op.window), ...(op.groups > 1 ? { groups: op.groups } : {}) };
    case 'transposed-conv':
      return {
        ...{ filters: known(op.filters), ...windowOf(op.window) },
        ...(op.outputPadding ? { output_padding: op.outputPadding } : {}),
      };
    case 'depthwise-conv':
      return { ...windowOf(op.window), depth_multiplier: op.multiplier };
    case 'separable-conv':
      return { filters: known(op.filters), ...windowOf(op.window), depth_multiplier: known(op.multiplier) };
  }
}

const windowOf = ({ size, strides, padding, dilation }: Window): Config => ({
  kernel_size: known<Sizes>(size),
  strides: known<Sizes>(strides),
  padding,
  dilation_rate: known<Sizes>(dilation),
});

function known<T>(value: T | null): T {
  if (value === null) throw new Error('a new layer lacks a size');
  return value;
}

const dataFormat = (own: Config, op: Op): Config => ({
  data_format: own['data_format'] ?? (op.channelsFirst ? 'channels_first' : 'channels_last'),
});

/** Takes over the words of the replaced layer for its own activation. */
function activationOf(activation: string, { op }: NewPlace, own: Config): unknown {
  if ('activation' in op && op.activation === activation && isSet(own['activation'])) return own['activation'];
  if (!SPELLED_ALIKE.has(activation)) throw new Error(`a new layer cannot have the activation ${activation}`);
  return activation;
}

/** A penalty of the replaced kernel holds for each of the new ones. */
function regularized({ kind }: NewOp, regularizer: unknown): Config {
  if (!isSet(regularizer)) return {};
  if (kind === 'separable-conv') return { depthwise_regularizer: regularizer, pointwise_regularizer: regularizer };
  return { [kind === 'depthwise-conv' ? 'depthwise_regularizer' : 'kernel_regularizer']: regularizer };
}
