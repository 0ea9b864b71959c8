import * as z from 'zod';
import { MODELS } from '../description/model-description';
import { LayerJson, numberOf, shapeOf, sizesOf, stringOf, type Config } from '../description/json';
import type { Bidirectional, Op, TimeDistributed } from '../../op/op';
import type { Activation, Gates, Merge, Plain } from '../../op/attributes';
import { SliceParts } from './slice-parts';
import { activationOf, axisOf, sizeOf, type Around, type Body, type Read } from './settings';
import { spatials } from './spatial';

/** Limit of the depth of layers within layers. */
const MAX_DEPTH = 16;

const BY_ITSELF: Omit<Around, 'depth'> = { keras3: false, readFlow: () => null };

/** Reads the op of a layer; `unknown` where its type is unknown. Never throws. */
export const readOp = (type: string, config: Config, around: Omit<Around, 'depth'> = BY_ITSELF): Op =>
  opOf(type, config, { depth: 0, ...around });

function opOf(type: string, config: Config, around: Around): Op {
  const read = around.depth > MAX_DEPTH ? undefined : readers.get(type);
  const body: Body = read?.(config, around) ?? { kind: 'unknown' };
  return { ...body, channelsFirst: /first$/i.test(stringOf(config['data_format']) ?? '') };
}

const GATES: Readonly<Record<string, Gates>> = { SimpleRNNCell: 1, GRUCell: 3, LSTMCell: 4 };

const recurrent =
  (gates: Gates): Read =>
  (config, around) => ({
    kind: 'recurrent',
    gates,
    units: sizeOf(config['units']),
    sequences: config['return_sequences'] === true,
    states: config['return_state'] === true,
    stateActivation: namedIn(config['activation'], around),
    gateActivation: namedIn(config['recurrent_activation'], around),
    resetAfter: config['reset_after'] === true,
    backwards: config['go_backwards'] === true,
    stateful: config['stateful'] === true,
  });

/** Keras and TensorFlow.js have other defaults here, so an activation that is not named is unknown. */
const namedIn = (activation: unknown, around: Around): Activation =>
  activation === undefined ? 'unknown' : activationOf({ activation }, around);

/** Reads a cell, or stacked cells. */
const cells: Read = (config) => {
  const cell = LayerJson.safeParse(config['cell']).data;
  const stacked: unknown =
    cell?.class_name === 'StackedRNNCells' && !Array.isArray(cell.config) ? cell.config?.['cells'] : [cell];
  const listed = z.array(LayerJson).safeParse(stacked).data ?? [];
  const read = listed.flatMap(({ class_name: type, config: own }) => {
    const gates = Object.hasOwn(GATES, type) ? GATES[type] : undefined;
    return gates === undefined || !own || Array.isArray(own) ? [] : [{ gates, units: sizeOf(own['units']) }];
  });
  const whole = listed.length > 0 && read.length === listed.length;
  return { kind: 'cells', cells: whole ? read : null, sequences: config['return_sequences'] === true };
};

/** Reads the layer within a wrapper. */
function innerOf(config: Config, around: Around): TimeDistributed['inner'] {
  const inner = LayerJson.safeParse(config['layer']).data;
  if (!inner || Array.isArray(inner.config)) return null;
  if (MODELS.has(inner.class_name)) return { kind: 'model', read: () => around.readFlow(inner) };
  return opOf(inner.class_name, inner.config ?? {}, { ...around, depth: around.depth + 1 });
}

function bidirectional(config: Config, around: Around): Omit<Bidirectional, 'channelsFirst'> {
  const inner = innerOf(config, around);
  const mode = config['merge_mode'];
  return {
    kind: 'bidirectional',
    inner: inner?.kind === 'model' ? null : inner,
    merge: mode === null ? 'apart' : (MERGES.get(mode ?? 'concat') ?? 'other'),
  };
}

/** By the names of Keras. */
const MERGES: ReadonlyMap<unknown, Bidirectional['merge']> = new Map([
  ['concat', 'concat'],
  ['sum', 'sum'],
  ['mul', 'multiply'],
  ['ave', 'average'],
]);

/** Scales all channels by one factor, or each by its own. */
const rescaling: Read = ({ scale, offset = 0 }) => ({
  kind: 'rescaling',
  scale: sizeOf(scale),
  offset: sizeOf(offset),
});

/** Returns the numbers of a list, or of nested lists; null where it holds others, or none. */
function numbersIn(value: unknown): number[] | null {
  const { data } = z.array(z.number()).min(1).safeParse([value].flat(Infinity));
  return data ?? null;
}

const REDUCTIONS = ['sum', 'mean', 'max', 'min'] as const;

const merge = (how: Merge['how']): Read => () => ({ kind: 'merge', how }); // prettier-ignore

const plain = (kind: Plain['kind'], ...types: string[]): Record<string, Read> =>
  Object.fromEntries(types.map((type) => [type, () => ({ kind })]));

const augmenting = (moves: boolean, ...what: string[]): Record<string, Read> =>
  Object.fromEntries(what.map((one) => [`Random${one}`, () => ({ kind: 'augment', moves })]));

const resize: Read = ({ height, width }) => ({ kind: 'resize', height: sizeOf(height), width: sizeOf(width) });

const readers = new Map<string, Read>(
  Object.entries({
    ...spatials,
    ...plain('input', 'InputLayer'),
    ...plain('prelu', 'PReLU'),
    ...plain('noise', 'Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D'),
    ...plain('noise', 'StochasticDepth'),
    ...plain('noise', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'ActivityRegularization'),
    ...plain('identity', 'Identity'),
    ...plain('element-function', 'ElementFunction'),
    ...plain('flatten', 'Flatten'),
    ...plain('group-normalization', 'GroupNormalization'),
    ...plain('unit-normalization', 'UnitNormalization'),
    ...plain('rms-normalization', 'RMSNormalization'),
    ...plain('layer-scale', 'LayerScale'),
    ...plain('masking', 'Masking'),
    Dense: (config, around) => ({
      kind: 'dense',
      units: sizeOf(config['units']),
      activation: activationOf(config, around),
    }),
    BatchNormalization: (config) => ({
      kind: 'batch-normalization',
      axis: axisOf(config['axis']),
      epsilon: numberOf(config['epsilon'], 1e-3),
    }),
    LayerNormalization: ({ axis = -1, epsilon, rms_scaling: rms }) => ({
      kind: 'layer-normalization',
      axes: rms === true ? null : sizesOf([axis].flat(), [axis].flat().length),
      epsilon: numberOf(epsilon, 1e-3),
    }),
    Activation: (config, around) => ({ kind: 'activation', form: 'named', activation: activationOf(config, around) }),
    ReLU: ({ negative_slope: slope, threshold, max_value: most }) => ({
      kind: 'activation',
      form: 'rectifier',
      slope: numberOf(slope, 0),
      threshold: numberOf(threshold, 0),
      most: numberOf(most, Infinity),
    }),
    LeakyReLU: ({ alpha, negative_slope: slope }) => ({
      kind: 'activation',
      form: 'rectifier',
      slope: numberOf(alpha ?? slope, 0.3),
      threshold: 0,
      most: Infinity,
    }),
    ThresholdedReLU: ({ theta }) => ({ kind: 'activation', form: 'thresholded', threshold: numberOf(theta, 1) }),
    ELU: ({ alpha }) => ({ kind: 'activation', form: 'exponential', alpha: numberOf(alpha, 1) }),
    Softmax: ({ axis }) => ({ kind: 'softmax', axis: axisOf(axis) }),
    Add: merge('add'),
    Subtract: merge('subtract'),
    Multiply: merge('multiply'),
    Divide: merge('divide'),
    CustomScaleLayer: ({ scale }) => ({ kind: 'merge', how: 'add', factor: sizeOf(scale) }),
    Average: merge('average'),
    Maximum: merge('maximum'),
    Minimum: merge('minimum'),
    Concatenate: ({ axis }) => ({ kind: 'concat', axis: axisOf(axis) }),
    Dot: ({ axes }) => ({ kind: 'dot', axes: sizesOf(axes, 2) }),
    Reduce: ({ how, axis, keepdims }) => ({
      kind: 'reduce',
      how: REDUCTIONS.find((one) => one === how) ?? null,
      axes: sizesOf(axis, Array.isArray(axis) ? axis.length : 1),
      keepAxes: keepdims === true,
    }),
    Slice: ({ parts }) => ({ kind: 'slice', parts: SliceParts.safeParse(parts).data ?? null }),
    ExpandDims: ({ axis }) => ({ kind: 'expand', axis: sizeOf(axis) }),
    Squeeze: ({ axis }) => ({ kind: 'squeeze', axes: sizesOf(axis, Array.isArray(axis) ? axis.length : 1) }),
    Reshape: ({ target_shape: target }) => ({ kind: 'reshape', target: shapeOf(target) }),
    Permute: ({ dims }) => ({ kind: 'permute', order: sizesOf(dims, Array.isArray(dims) ? dims.length : 1) }),
    RepeatVector: ({ n }) => ({ kind: 'repeat', times: sizeOf(n) }),
    Embedding: (config) => ({
      kind: 'embedding',
      rows: sizeOf(config['input_dim']),
      width: sizeOf(config['output_dim']),
      masks: config['mask_zero'] === true,
    }),
    SimpleRNN: recurrent(1),
    GRU: recurrent(3),
    LSTM: recurrent(4),
    RNN: cells,
    Bidirectional: bidirectional,
    TimeDistributed: (config, around) => ({ kind: 'time-distributed', inner: innerOf(config, around) }),
    Attention: () => ({ kind: 'attention' }),
    AdditiveAttention: () => ({ kind: 'attention' }),
    MultiHeadAttention: ({
      num_heads: heads,
      key_dim: key,
      value_dim: value,
      output_shape: output,
      use_causal_mask: causal,
    }) => ({
      kind: 'multi-head-attention',
      heads: sizeOf(heads),
      keySize: sizeOf(key),
      valueSize: sizeOf(value ?? key),
      output: sizesOf(output, Array.isArray(output) ? output.length : 1),
      causal: causal === true,
    }),
    EinsumDense: ({ equation, output_shape: target, bias_axes: bias }) => ({
      kind: 'einsum',
      equation: stringOf(equation) ?? '',
      target: shapeOf([target].flat()) ?? [],
      biasAxes: stringOf(bias) ?? null,
    }),
    Rescaling: rescaling,
    Normalization: ({ mean, variance, axis = -1, invert }) => ({
      kind: 'standardization',
      mean: numbersIn(mean),
      variance: numbersIn(variance),
      inverse: invert === true,
      axes: axis === null ? [] : sizesOf([axis].flat(), [axis].flat().length),
    }),
    Resizing: resize,
    CenterCrop: resize,
    RandomCrop: resize,
    RandomHeight: () => ({ kind: 'augment', moves: true, open: -3 }),
    RandomWidth: () => ({ kind: 'augment', moves: true, open: -2 }),
    ...augmenting(true, 'Flip', 'Rotation', 'Zoom', 'Translation'),
    ...augmenting(false, 'Contrast', 'Brightness'),
    CategoryEncoding: (config) => ({
      kind: 'category-encoding',
      tokens: sizeOf(config['num_tokens']),
      oneHot: /^one_?hot$/i.test(stringOf(config['output_mode']) ?? ''),
    }),
  } satisfies Record<string, Read>),
);
