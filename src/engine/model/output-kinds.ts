import type { Flow } from './op/op';
import type { OutputKind } from './network';
import type { Op } from './op/op';
import type { Merge } from './op/attributes';
import { inferCalls } from './shapes';
import type { Shape } from './shape';

const BY_ACTIVATION: Readonly<Record<string, OutputKind>> = {
  softmax: 'probabilities',
  sigmoid: 'probabilities',
  hardsigmoid: 'probabilities',
  hardsigmoid6: 'probabilities',
  linear: 'logits',
  relu: 'logits',
  relu6: 'logits',
  elu: 'logits',
  selu: 'logits',
  tanh: 'logits',
  logsoftmax: 'logits',
};
/** Merges that keep class shares valid: a cross-entropy divides shares by their sum. */
const KEEPS_SHARES: ReadonlySet<Merge['how']> = new Set(['add', 'maximum', 'minimum', 'multiply']);

/** Determines, call by call, whether each output of a model is logits or probabilities. */
export function outputKinds(flow: Flow): OutputKind[] {
  const shapes = inferCalls(flow).map(({ shape }) => shape);
  const kinds: OutputKind[] = [];
  for (const [i, { node, inputs }] of flow.calls.entries()) {
    const fed = inputs
      .filter(({ keyword }) => keyword === undefined)
      .map(({ call, output }) => ({ kind: output === 0 ? kinds[call]! : 'open', shape: shapes[call]! }));
    kinds.push(kindOf(flow.nodes[node]!.op, fed, shapes[i]!));
  }
  return flow.results.map(({ call, output }) => (output === 0 ? kinds[call]! : 'open'));
}

interface Fed {
  readonly kind: OutputKind;
  readonly shape: Shape | null;
}

function kindOf(op: Op, fed: readonly Fed[], made: Shape | null): OutputKind {
  const [first] = fed;
  const common = first && fed.every(({ kind }) => kind === first.kind) ? first.kind : 'open';
  /** The kind for ops that make no probabilities of other values. */
  const scaled = common === 'logits' ? 'logits' : 'open';
  switch (op.kind) {
    case 'time-distributed':
      return op.inner === null || op.inner.kind === 'model' ? 'open' : kindOf(op.inner, fed, made);
    case 'softmax':
      return op.axis === -1 || (made !== null && op.axis === made.length - 1) ? 'probabilities' : 'open';
    case 'activation':
      if (op.form !== 'named') return scaled;
      return op.activation === 'linear' ? common : ofActivation(op.activation);
    // Weighted sums, before the activation of the layer.
    case 'dense':
    case 'conv':
    case 'transposed-conv':
    case 'depthwise-conv':
    case 'separable-conv':
      return ofActivation(op.activation);
    // These ops change no value at inference.
    case 'noise':
    case 'masking':
    case 'identity':
      return common;
    // The probabilities of one position stay together; those of several positions may get mixed along the last axis.
    case 'reshape':
    case 'flatten':
    case 'permute':
      return common !== 'probabilities' || isOneRow(first!.shape) ? common : 'open';
    // These ops average the outputs of several positions.
    case 'pool':
    case 'global-pool':
      return op.how !== 'average' || op.channelsFirst ? 'open' : common;
    case 'merge':
      if (op.how === 'average' || (common === 'probabilities' && KEEPS_SHARES.has(op.how))) return common;
      return op.how === 'add' || op.how === 'subtract' ? scaled : 'open';
    case 'rescaling':
      return common === 'probabilities' && (op.scale ?? 0) > 0 && op.offset === 0 ? common : scaled;
    case 'prelu':
    case 'batch-normalization':
    case 'layer-normalization':
    case 'group-normalization':
      return scaled;
    default:
      return 'open';
  }
}

const ofActivation = (name: string): OutputKind => (Object.hasOwn(BY_ACTIVATION, name) ? BY_ACTIVATION[name]! : 'open');

/** Tells whether all values of an example lie along the last axis. */
const isOneRow = (shape: Shape | null): boolean => shape !== null && shape.slice(1, -1).every((size) => size === 1);
