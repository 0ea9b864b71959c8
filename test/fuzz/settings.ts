import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Random } from '../../src/engine/dataset/random';
import { pick } from './mutate';

type Config = Readonly<Record<string, unknown>>;
/** A type of layer: what one example that it takes looks like, a configuration that is valid, and the shapes of its weights. */
type Kind = readonly [input: readonly number[], config: Config, weights?: Readonly<Record<string, readonly number[]>>];

const SERIES = [6, 3];
const IMAGE = [6, 6, 3];
const VOLUME = [4, 4, 4, 2];
const pooling = (rank: number): Config => ({
  ...{ pool_size: Array<number>(rank).fill(2), strides: Array<number>(rank).fill(2) },
  ...{ padding: 'valid', data_format: 'channels_last' },
});
const convolution = (rank: number): Config => ({
  ...{ filters: 2, kernel_size: Array<number>(rank).fill(2), strides: Array<number>(rank).fill(1), padding: 'valid' },
  ...{ dilation_rate: Array<number>(rank).fill(1), data_format: 'channels_last', activation: 'relu', use_bias: false },
});
const recurrent = (gates: number, channels = 3): readonly [Config, Readonly<Record<string, readonly number[]>>] => [
  {
    units: 2,
    activation: 'tanh',
    use_bias: false,
    return_sequences: false,
    go_backwards: false,
    stateful: false,
    unroll: false,
  },
  { kernel: [channels, 2 * gates], recurrent_kernel: [2, 2 * gates] },
];
const dense = { class_name: 'Dense', config: { name: 'inner', units: 2, activation: 'relu', use_bias: false } };
const lstm = { class_name: 'LSTM', config: { name: 'inner', ...recurrent(4)[0] } };

/** Every layer with settings that can do harm. */
const KINDS: Readonly<Record<string, Kind>> = {
  Flatten: [IMAGE, { data_format: 'channels_last' }],
  Reshape: [IMAGE, { target_shape: [9, 12] }],
  Permute: [SERIES, { dims: [2, 1] }],
  RepeatVector: [[5], { n: 3 }],
  ZeroPadding1D: [SERIES, { padding: 1 }],
  ZeroPadding2D: [IMAGE, { padding: [[1, 1], [1, 1]], data_format: 'channels_last' }],
  ZeroPadding3D: [VOLUME, { padding: [[1, 1], [1, 1], [1, 1]], data_format: 'channels_last' }],
  Cropping1D: [SERIES, { cropping: [1, 1] }],
  Cropping2D: [IMAGE, { cropping: [[1, 1], [1, 1]], data_format: 'channels_last' }],
  Cropping3D: [VOLUME, { cropping: [[1, 1], [1, 1], [1, 1]], data_format: 'channels_last' }],
  UpSampling1D: [SERIES, { size: 2 }],
  UpSampling2D: [IMAGE, { size: [2, 2], interpolation: 'nearest', data_format: 'channels_last' }],
  UpSampling3D: [VOLUME, { size: [2, 2, 2], data_format: 'channels_last' }],
  MaxPooling1D: [SERIES, pooling(1)],
  MaxPooling2D: [IMAGE, pooling(2)],
  MaxPooling3D: [VOLUME, pooling(3)],
  AveragePooling1D: [SERIES, pooling(1)],
  AveragePooling2D: [IMAGE, pooling(2)],
  AveragePooling3D: [VOLUME, pooling(3)],
  GlobalMaxPooling2D: [IMAGE, { data_format: 'channels_last', keepdims: false }],
  GlobalAveragePooling1D: [SERIES, { data_format: 'channels_last' }],
  Dropout: [IMAGE, { rate: 0.5, noise_shape: null, seed: 1 }],
  SpatialDropout1D: [SERIES, { rate: 0.5, noise_shape: null }],
  GaussianNoise: [IMAGE, { stddev: 0.5 }],
  GaussianDropout: [IMAGE, { rate: 0.5 }],
  AlphaDropout: [IMAGE, { rate: 0.5, noise_shape: null }],
  Masking: [SERIES, { mask_value: 0 }],
  Softmax: [IMAGE, { axis: -1 }],
  ReLU: [IMAGE, { max_value: 6, negative_slope: 0, threshold: 0 }],
  LeakyReLU: [IMAGE, { alpha: 0.3 }],
  ELU: [IMAGE, { alpha: 1 }],
  ThresholdedReLU: [IMAGE, { theta: 1 }],
  Activation: [IMAGE, { activation: 'relu' }],
  PReLU: [IMAGE, { shared_axes: [1, 2] }, { alpha: [1, 1, 3] }],
  Resizing: [IMAGE, { height: 8, width: 8, interpolation: 'bilinear', crop_to_aspect_ratio: false }],
  CenterCrop: [IMAGE, { height: 4, width: 4 }],
  Rescaling: [IMAGE, { scale: 0.5, offset: 0 }],
  RandomWidth: [IMAGE, { factor: [0.2, 0.3], interpolation: 'bilinear', seed: 1 }],
  CategoryEncoding: [[1], { num_tokens: 4, output_mode: 'oneHot' }],
  Normalization: [IMAGE, { axis: [-1], mean: [0, 0, 0], variance: [1, 1, 1] }],
  Embedding: [[5], { input_dim: 7, output_dim: 2, input_length: 5, mask_zero: false }, { embeddings: [7, 2] }],
  BatchNormalization: [IMAGE, { axis: [3], momentum: 0.9, epsilon: 0.001, center: true, scale: false }, { beta: [3], moving_mean: [3], moving_variance: [3] }],
  LayerNormalization: [IMAGE, { axis: [3], epsilon: 0.001, center: true, scale: true }, { gamma: [3], beta: [3] }],
  GroupNormalization: [IMAGE, { groups: 3, axis: -1, epsilon: 0.001, center: true, scale: true }, { gamma: [3], beta: [3] }],
  Dense: [[5], { units: 2, activation: 'relu', use_bias: false }, { kernel: [5, 2] }],
  Conv1D: [SERIES, convolution(1), { kernel: [2, 3, 2] }],
  Conv2D: [IMAGE, { ...convolution(2), groups: 1 }, { kernel: [2, 2, 3, 2] }],
  Conv3D: [VOLUME, convolution(3), { kernel: [2, 2, 2, 2, 2] }],
  Conv2DTranspose: [IMAGE, { ...convolution(2), output_padding: null }, { kernel: [2, 2, 2, 3] }],
  Conv3DTranspose: [VOLUME, convolution(3), { kernel: [2, 2, 2, 2, 2] }],
  DepthwiseConv2D: [IMAGE, { ...convolution(2), depth_multiplier: 1 }, { depthwise_kernel: [2, 2, 3, 1] }],
  SeparableConv2D: [IMAGE, { ...convolution(2), depth_multiplier: 1 }, { depthwise_kernel: [2, 2, 3, 1], pointwise_kernel: [1, 1, 3, 2] }],
  SimpleRNN: [SERIES, ...recurrent(1)],
  GRU: [SERIES, ...recurrent(3)],
  LSTM: [SERIES, ...recurrent(4)],
  ConvLSTM2D: [[3, 6, 6, 2], { ...convolution(2), return_sequences: false, recurrent_activation: 'hard_sigmoid' }, { kernel: [2, 2, 2, 8], recurrent_kernel: [2, 2, 2, 8] }],
  TimeDistributed: [SERIES, { layer: dense }, { kernel: [3, 2] }],
  Bidirectional: [SERIES, { layer: lstm, merge_mode: 'concat' }, { 'forward_inner/kernel': [3, 8], 'forward_inner/recurrent_kernel': [2, 8], 'backward_inner/kernel': [3, 8], 'backward_inner/recurrent_kernel': [2, 8] }],
}; // prettier-ignore

const MERGES: Readonly<Record<string, Config>> = {
  Add: {},
  Multiply: {},
  Average: {},
  Concatenate: { axis: -1 },
  Dot: { axes: [1, 1], normalize: false },
};

/** Sizes that programs forget. */
const SIZES = [
  0,
  -1,
  -7,
  0.5,
  3,
  255,
  4096,
  65_536,
  2 ** 20,
  2 ** 24,
  2 ** 24 + 1,
  1e9,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e308,
];
const OTHERS: readonly unknown[] = [
  null,
  true,
  false,
  '',
  'same',
  'channels_first',
  'causal',
  'bilinear',
  [],
  {},
  [[]],
  '__proto__',
];

function hostile(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.below(5) > 0) {
    const copy: unknown[] = [...(value as unknown[])];
    const all = random.below(3) === 0;
    const other = hostile(copy[0], random);
    return all ? copy.map(() => other) : copy.with(random.below(copy.length), hostile(pick(random, copy), random));
  }
  if (typeof value === 'object' && value !== null && 'config' in value && random.below(4) > 0)
    return { ...value, config: bent(value.config as Config, random) };
  switch (random.below(8)) {
    case 0:
      return pick(random, OTHERS);
    case 1:
      return Array.from({ length: 1 + random.below(6) }, () => pick(random, SIZES));
    default:
      return pick(random, SIZES);
  }
}

function bent(config: Config, random: Random): Config {
  const keys = Object.keys(config).filter((key) => key !== 'name');
  if (keys.length === 0) return config;
  const key = pick(random, keys);
  return { ...config, [key]: hostile(config[key], random) };
}

/** Writes a model of a layer or two whose settings, or the size of whose input, are hostile; answers with its folder. */
export async function writeHostile(folder: string, random: Random): Promise<string> {
  const type = pick(random, Object.keys(KINDS));
  const [example, config, weights = {}] = KINDS[type]!;
  const changed = random.below(6) === 0 ? config : bent(config, random);
  const shape = [null, ...(random.below(4) === 0 ? [hostile(example, random)].flat() : example)];
  const first = { class_name: type, config: { name: 'first', ...changed, batch_input_shape: shape } };
  const merge = pick(random, Object.keys(MERGES));
  const layers: object[] = [first];
  // Later layers meet shapes that their own settings do not tell.
  const second = pick(random, Object.keys(KINDS));
  if (random.below(3) === 0 && KINDS[second]![2] === undefined)
    layers.push({ class_name: second, config: { name: 'second', ...bent(KINDS[second]![1], random) } });
  if (random.below(2)) layers.push({ class_name: 'Flatten', config: { name: 'flat' } });
  const modelTopology =
    random.below(4) > 0
      ? { class_name: 'Sequential', config: { name: 'm', layers } }
      : merged(layers, shape, { class_name: merge, config: { name: 'merge', ...bent(MERGES[merge]!, random) } });
  await writeModel(folder, modelTopology, weights);
  return folder;
}

/** The layers one after another, with the output of the last and itself, or the input, merged. */
function merged(layers: readonly object[], shape: readonly unknown[], merge: object): object {
  const named = layers as readonly { config: { name: string; batch_input_shape?: unknown } }[];
  const input = {
    class_name: 'InputLayer',
    name: 'in',
    config: { name: 'in', batch_input_shape: shape },
    inbound_nodes: [],
  };
  const chain = named.map(({ config, ...layer }, i) => ({
    ...{ ...layer, name: config.name, config: { ...config, batch_input_shape: undefined } },
    inbound_nodes: [[[named[i - 1]?.config.name ?? 'in', 0, 0, {}]]],
  }));
  const last = named.at(-1)!.config.name;
  const end = { ...merge, name: 'merge', inbound_nodes: [[[last, 0, 0, {}], [last, 0, 0, {}]]] }; // prettier-ignore
  const ends = { input_layers: [['in', 0, 0]], output_layers: [['merge', 0, 0]] };
  return { class_name: 'Functional', config: { name: 'm', layers: [input, ...chain, end], ...ends } };
}

async function writeModel(
  folder: string,
  modelTopology: object,
  weights: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const entries = Object.entries(weights).map(([name, shape]) => ({ name: `first/${name}`, shape, dtype: 'float32' }));
  const count = entries.reduce((sum, { shape }) => sum + shape.reduce((all, size) => all * size, 1), 0);
  const weightsManifest = entries.length === 0 ? [] : [{ paths: ['w.bin'], weights: entries }];
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, 'model.json'),
    JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
  );
  await writeFile(
    path.join(folder, 'w.bin'),
    Float32Array.from({ length: count }, (_, i) => ((i % 7) - 3) / 10),
  );
}
