import { numberOf, sizesOf, type Config, type Shape } from '../topology-json';

/** The weights of a layer in the order of Keras, each with its shape; null where a size is not known. */
export type ExpectedWeights = readonly (readonly [name: string, shape: Shape])[];

type Expect = (config: Config, input: Shape | null) => ExpectedWeights;

const size = (config: Config, key: string): number | null => {
  const value = config[key];
  return typeof value === 'number' ? value : null;
};
const times = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a * b);
const windowOf = (config: Config, rank: number): Shape =>
  sizesOf(config['kernel_size'], rank) ?? Array.from({ length: rank }, () => null);
const channelsOf = (config: Config, input: Shape | null): number | null =>
  input?.at(/first$/i.test(String(config['data_format'])) ? 1 : -1) ?? null;

const dense: Expect = (config, input) => [
  ['kernel', [input?.at(-1) ?? null, size(config, 'units')]],
  ['bias', [size(config, 'units')]],
];

const convolution =
  (rank: number): Expect =>
  (config, input) => {
    const channels = channelsOf(config, input);
    const filters = size(config, 'filters');
    const each = channels === null ? null : channels / numberOf(config['groups'], 1);
    return [
      ['kernel', [...windowOf(config, rank), each, filters]],
      ['bias', [filters]],
    ];
  };

const transposed =
  (rank: number): Expect =>
  (config, input) => [
    ['kernel', [...windowOf(config, rank), size(config, 'filters'), channelsOf(config, input)]],
    ['bias', [size(config, 'filters')]],
  ];

const depthwise: Expect = (config, input) => {
  const channels = channelsOf(config, input);
  const multiplier = numberOf(config['depth_multiplier'], 1);
  const kernel = [...windowOf(config, 2), channels, multiplier];
  return [
    ['depthwise_kernel', kernel],
    ['bias', [times(channels, multiplier)]],
  ];
};

const separable =
  (rank: number): Expect =>
  (config, input) => {
    const channels = channelsOf(config, input);
    // TensorFlow.js does not save it.
    const multiplier = size(config, 'depth_multiplier');
    const ones = Array.from({ length: rank }, () => 1);
    return [
      ['depthwise_kernel', [...windowOf(config, rank), channels, multiplier]],
      ['pointwise_kernel', [...ones, times(channels, multiplier), size(config, 'filters')]],
      ['bias', [size(config, 'filters')]],
    ];
  };

const recurrent =
  (gates: number): Expect =>
  (config, input) => {
    const units = size(config, 'units');
    return [
      ['kernel', [input?.at(-1) ?? null, times(gates, units)]],
      ['recurrent_kernel', [units, times(gates, units)]],
    ];
  };

const convolutionLstm: Expect = (config, input) => {
  const filters = size(config, 'filters');
  const window = windowOf(config, 2);
  const channels = input?.at(/first$/i.test(String(config['data_format'])) ? 2 : -1) ?? null;
  return [
    ['kernel', [...window, channels, times(4, filters)]],
    ['recurrent_kernel', [...window, filters, times(4, filters)]],
  ];
};

const batchNormalization: Expect = (config, input) => {
  const given: unknown =
    Array.isArray(config['axis']) && config['axis'].length === 1 ? config['axis'][0] : config['axis'];
  const length = input?.at(numberOf(given, -1)) ?? null;
  return ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => [name, [length]] as const);
};

const embedding: Expect = (config) => [['embeddings', [size(config, 'input_dim'), size(config, 'output_dim')]]];

const expectations = new Map<string, Expect>(
  Object.entries({
    Dense: dense,
    Conv1D: convolution(1),
    Conv2D: convolution(2),
    Conv3D: convolution(3),
    Conv2DTranspose: transposed(2),
    Conv3DTranspose: transposed(3),
    DepthwiseConv2D: depthwise,
    SeparableConv1D: separable(1),
    SeparableConv2D: separable(2),
    SimpleRNN: recurrent(1),
    GRU: recurrent(3),
    LSTM: recurrent(4),
    ConvLSTM2D: convolutionLstm,
    BatchNormalization: batchNormalization,
    Embedding: embedding,
  }),
);

/**
 * What weights a layer has by its settings, biases of recurrent layers left out: these have several forms.
 * @param input shape that feeds it, batch first; null where it is not known
 * @returns none for a type that has none or is not known
 */
export function expectedWeights(type: string, config: Config, input: Shape | null): ExpectedWeights {
  return expectations.get(type)?.(config, input) ?? [];
}
