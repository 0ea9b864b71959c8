import type { OutputKind } from './network';
import { inferCalls } from './shapes';
import type { Topology, TopologyLayer } from './topology';
import type { Shape } from './shape';
import { identifierOf, LayerJson, numberOf, type Config } from './topology-json';

const BY_ACTIVATION: Readonly<Record<string, OutputKind>> = {
  softmax: 'probabilities',
  sigmoid: 'probabilities',
  hard_sigmoid: 'probabilities',
  hardsigmoid: 'probabilities',
  linear: 'logits',
  relu: 'logits',
  relu6: 'logits',
  elu: 'logits',
  selu: 'logits',
  tanh: 'logits',
  log_softmax: 'logits',
};
/** What changes no value at inference. */
const PASSING = /^(Dropout|SpatialDropout\dD|GaussianDropout|GaussianNoise|AlphaDropout|Masking|Identity)$/;
const MOVING = /^(Reshape|Flatten|Permute)$/;
/** Means of what a network says in several places. */
const AVERAGING = /^(Average|AveragePooling\dD|GlobalAveragePooling\dD)$/;
/** Shares of classes, which a cross-entropy divides by their sum, stay such. */
const MERGING = /^(Add|Maximum|Minimum|Multiply)$/;
/** Sums with weights, before the activation of the layer. */
const WEIGHING = /^(Dense|(Separable|Depthwise)?Conv\dD(Transpose)?)$/;
/** What makes no probabilities of what are none. */
const SCALING =
  /^(BatchNormalization|LayerNormalization|GroupNormalization|Rescaling|ReLU|LeakyReLU|PReLU|ELU|Add|Subtract)$/;

/** Whether each output of a model is logits or probabilities, by what is computed, from call to call. */
export function outputKinds(topology: Topology): OutputKind[] {
  const shapes = inferCalls(topology).map(({ shape }) => shape);
  const kinds: OutputKind[] = [];
  for (const [i, { layer, inputs }] of topology.calls.entries()) {
    const fed = inputs
      .filter(({ keyword }) => keyword === undefined)
      .map(({ call, output }) => ({ kind: output === 0 ? kinds[call]! : 'open', shape: shapes[call]! }));
    kinds.push(kindOf(topology.layers[layer]!, fed, shapes[i]!));
  }
  return topology.results.map(({ call, output }) => (output === 0 ? kinds[call]! : 'open'));
}

interface Fed {
  readonly kind: OutputKind;
  readonly shape: Shape | null;
}

function kindOf(
  { type, config }: Pick<TopologyLayer, 'type' | 'config'>,
  fed: readonly Fed[],
  made: Shape | null,
): OutputKind {
  const [first] = fed;
  const common = first && fed.every(({ kind }) => kind === first.kind) ? first.kind : 'open';
  if (type === 'TimeDistributed') {
    const wrapped = LayerJson.safeParse(config['layer']);
    if (!wrapped.success || Array.isArray(wrapped.data.config)) return 'open';
    return kindOf({ type: wrapped.data.class_name, config: wrapped.data.config ?? {} }, fed, made);
  }
  if (type === 'Softmax') return isLastAxis(config, made) ? 'probabilities' : 'open';
  if (type === 'Activation' && activationOf(config) === 'linear') return common;
  if (WEIGHING.test(type) || type === 'Activation') return BY_ACTIVATION[activationOf(config)] ?? 'open';
  if (PASSING.test(type)) return common;
  // Probabilities of one place stay those of all classes; of several, they may come to stand side by side.
  if (MOVING.test(type)) return common !== 'probabilities' || isOneRow(first!.shape) ? common : 'open';
  if (AVERAGING.test(type)) return config['data_format'] === 'channels_first' ? 'open' : common;
  if (common === 'probabilities' && (MERGING.test(type) || isPlainScale(type, config))) return common;
  if (SCALING.test(type)) return common === 'logits' ? 'logits' : 'open';
  return 'open';
}

/** Whether a layer multiplies all by one positive number. */
const isPlainScale = (type: string, { scale, offset }: Config): boolean =>
  type === 'Rescaling' && numberOf(scale, 0) > 0 && numberOf(offset, 0) === 0;

const activationOf = ({ activation }: Config): string => identifierOf(activation) ?? 'linear';

function isLastAxis({ axis }: Config, made: Shape | null): boolean {
  const given = numberOf(Array.isArray(axis) ? axis[0] : axis, -1);
  return given === -1 || (made !== null && given === made.length - 1);
}

/** Whether all numbers of an example lie along the last axis. */
const isOneRow = (shape: Shape | null): boolean => shape !== null && shape.slice(1, -1).every((size) => size === 1);
