import * as z from 'zod';
import { Config, identifierOf, LayerJson, numberOf, stringOf } from '../description/json';
import { withoutDirection } from '../weights/slots';
import { DilatedDepthwise } from '../layers/dilated-depthwise';
import { GroupedConvolution } from '../layers/grouped-convolution';
import { activationOfKeras3 } from './activations';
import { CenterCrop } from '../layers/center-crop';
import { PaddedTransposed } from '../layers/transposed-convolution';
import { BilinearUpSampling } from '../layers/upsampling';
import { GruResetAfter } from './gru-reset-after';

/** A layer as TensorFlow.js takes it. The names in its configuration are those of Python. */
export interface PlainLayer {
  readonly type: string;
  readonly config: Config;
}

/** Something without a counterpart in TensorFlow.js: the message is the end of a sentence about the layer. */
export class Unsupported extends Error {}

/** @throws Unsupported where a value in the description of a layer is of another kind */
function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Unsupported('holds another layer in a way that cannot be read');
  return parsed.data;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

/** Returns true for a window with gaps. */
export const isDilated = (value: unknown): boolean => [value].flat().some((rate) => isSet(rate) && rate !== 1);

/** Options that change the result of a layer and that TensorFlow.js silently ignores, each with its allowed values. */
const ONLY: readonly [types: RegExp, key: string, allowed: (value: unknown) => boolean][] = [
  [/^(Conv(?!2D$)|SeparableConv)/, 'groups', (value) => !isSet(value) || value === 1],
  [/Transpose$/, 'dilation_rate', (value) => !isDilated(value)],
  [/^Conv3DTranspose$/, 'output_padding', (value) => !isSet(value)],
  [/^UpSampling/, 'interpolation', (value) => !isSet(value) || value === 'nearest' || value === 'bilinear'],
  [/^LayerNormalization$/, 'rms_scaling', (value) => !isSet(value)],
  [/^(RNN|LSTM|GRU|SimpleRNN)$/, 'time_major', (value) => !isSet(value)],
  [/^MultiHeadAttention$/, 'use_gate', (value) => !isSet(value)],
  [/^MultiHeadAttention$/, 'sliding_window', (value) => !isSet(value)],
  [/^MultiHeadAttention$/, 'softmax_robust_masking', (value) => !isSet(value)],
  [/^EinsumDense$/, 'quantization_config', (value) => !isSet(value)],
  [/^EinsumDense$/, 'lora_rank', (value) => !isSet(value)],
  [/./, 'activity_regularizer', (value) => !isSet(value)],
];

/** Returns the name of an option that TensorFlow.js ignores although it changes the result; undefined if there is none. */
export const ignoredOption = (type: string, config: Config): string | undefined =>
  ONLY.find(([types, key, allowed]) => types.test(type) && !allowed(config[key]))?.[1];

/** Tells whether a layer of TensorFlow.js computes something else than the layer of Keras with this name. */
export function isRenamed(type: string, config: Config): boolean {
  try {
    return renamed(type, config, false).type !== type;
  } catch (error) {
    // Its translation names the layer.
    if (error instanceof Unsupported) return true;
    throw error;
  }
}

/**
 * Translates a Keras layer into a TensorFlow.js layer that computes the same.
 * @param keras3 whether Keras 3 wrote it, which gives some words another meaning than Keras 2
 * @throws Unsupported
 */
export function plainLayer(type: string, config: Config, keras3: boolean): PlainLayer {
  const ignored = ignoredOption(type, config);
  if (ignored !== undefined)
    throw new Unsupported(
      `has ${ignored} set to ${JSON.stringify(config[ignored])}, which TensorFlow.js does not know`,
    );
  if (keras3 && type === 'RandomCrop')
    throw new Unsupported('is a RandomCrop, which Keras 3 does not apply outside of training as it describes');
  const entries = Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    // Weights come from the file.
    if (key.endsWith('_initializer') || DROPPED.has(key)) return [];
    if (key.endsWith('activation')) return [[key, activation(value, keras3)]];
    if (key.endsWith('_regularizer')) return [[key, regularizer(value)]];
    switch (key) {
      case 'dtype':
        return [[key, dtype(value)]];
      case 'batch_shape':
        return [['batch_input_shape', value]];
      // With a seed, TensorFlow.js drops the same units at every step. Training seeds the random draws of layers.
      case 'seed':
        return [];
      case 'layer':
      case 'cell':
        return [[key, part(value, keras3)]];
      case 'cells':
        return [[key, read(z.array(z.unknown()), value).map((cell) => part(cell, keras3))]];
      default:
        return [[key, value]];
    }
  });
  const plain = Object.fromEntries(entries);
  // Keras 3 divides by shorter vectors than Keras 2.
  if (keras3 && type === 'UnitNormalization') plain['least_squares'] = 1e-24;
  return renamed(type, plain, config['backward_layer'] !== undefined);
}

const DROPPED = new Set([
  'registered_name',
  'module',
  'build_config',
  'backward_layer',
  'sparse',
  'ragged',
  'optional',
]);

/** @param directed whether both directions of a bidirectional layer are described */
function renamed(type: string, config: Config, directed: boolean): PlainLayer {
  switch (type) {
    case 'LeakyReLU':
      return { type, config: { ...config, alpha: config['negative_slope'] ?? config['alpha'] ?? 0.3 } };
    case 'ReLU':
      return relu(config);
    case 'BatchNormalization':
      return { type, config: { ...config, axis: Array.isArray(config['axis']) ? config['axis'][0] : config['axis'] } };
    case 'Conv2D':
      return numberOf(config['groups'], 1) === 1 ? { type, config } : { type: GroupedConvolution.className, config };
    case 'DepthwiseConv2D':
      return isDilated(config['dilation_rate']) ? { type: DilatedDepthwise.className, config } : { type, config };
    case 'CenterCrop':
      return { type: CenterCrop.className, config };
    case 'Conv2DTranspose':
      return isSet(config['output_padding']) ? { type: PaddedTransposed.className, config } : { type, config };
    case 'UpSampling2D':
      return config['interpolation'] === 'bilinear' ? { type: BilinearUpSampling.className, config } : { type, config };
    case 'GRU':
      return config['reset_after'] === true ? { type: GruResetAfter.className, config } : { type, config };
    case 'Bidirectional':
      return directed ? { type, config: { ...config, layer: undirected(config['layer']) } } : { type, config };
    case 'SeparableConv1D':
    case 'SeparableConv2D':
      return {
        type,
        config: Object.fromEntries(
          Object.entries(config).filter(([key]) => !key.startsWith('kernel_r') && !key.startsWith('kernel_c')),
        ),
      };
    case 'GRUCell':
      if (config['reset_after'] === true) throw new Unsupported('holds a GRU cell with reset_after');
      return { type, config };
    default:
      return { type, config };
  }
}

/** Removes the direction from a name, since TensorFlow.js adds it itself. */
function undirected(value: unknown): unknown {
  const layer = read(z.object({ class_name: z.string(), config: z.looseObject({ name: z.string() }) }), value);
  return { ...layer, config: { ...layer.config, name: withoutDirection(layer.config.name) } };
}

function relu(config: Config): PlainLayer {
  const [slope, threshold] = [numberOf(config['negative_slope'], 0), numberOf(config['threshold'], 0)];
  const name = config['name'];
  if (slope === 0 && threshold === 0) return { type: 'ReLU', config };
  if (isSet(config['max_value']) || (slope !== 0 && threshold !== 0))
    throw new Unsupported('is a ReLU with a slope or threshold, which TensorFlow.js does not know');
  return slope === 0
    ? { type: 'ThresholdedReLU', config: { name, theta: threshold } }
    : { type: 'LeakyReLU', config: { name, alpha: slope } };
}

function activation(value: unknown, keras3: boolean): unknown {
  const name = identifierOf(value);
  if (!keras3 || name === undefined) return name ?? null;
  const known = activationOfKeras3(name);
  if (known === undefined) throw new Unsupported(`has the activation "${name}", which TensorFlow.js does not know`);
  return known;
}

/** TensorFlow.js knows L1 and L2 only together. */
function regularizer(value: unknown): unknown {
  if (!isSet(value)) return null;
  const parsed = z.object({ class_name: z.enum(['L1', 'L2', 'L1L2']), config: Config }).safeParse(value);
  if (!parsed.success) throw new Unsupported('has a regularizer that TensorFlow.js does not know');
  const { l1, l2 } = parsed.data.config;
  return { class_name: 'L1L2', config: { l1: numberOf(l1, 0), l2: numberOf(l2, 0) } };
}

/** Number types that TensorFlow.js takes unchanged. */
export const PLAIN_TYPES: ReadonlySet<unknown> = new Set(['float32', 'int32', 'bool']);
const OTHER_TYPE = /^(b?float16|float64|mixed_b?float16|u?int(8|16|32|64))$/;

/** Maps other number types and mixed-precision policies to float32. */
function dtype(value: unknown): string {
  const policy = z.object({ config: z.object({ name: z.string() }) }).safeParse(value);
  const name = policy.success ? policy.data.config.name : (stringOf(value) ?? (isSet(value) ? '' : 'float32'));
  if (PLAIN_TYPES.has(name)) return name;
  if (OTHER_TYPE.test(name)) return 'float32';
  throw new Unsupported(`has the number type ${JSON.stringify(value)}, which TensorFlow.js does not know`);
}

function part(value: unknown, keras3: boolean): { class_name: string; config: Config } {
  const { class_name: type, config } = read(LayerJson, value);
  if (Array.isArray(config) || config === undefined || 'layers' in config)
    throw new Unsupported('wraps a model, which cannot be read as Keras 3 writes it');
  const plain = plainLayer(type, config, keras3);
  return { class_name: plain.type, config: plain.config };
}
