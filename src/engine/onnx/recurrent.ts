import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { Activation } from '../model/op/attributes';
import type { OpOf } from '../model/op/op';
import { channelsLast, integers, NoOperator, type Value } from './values';
import type { RecurrentWeights } from './recurrent-weights';
import { rowsOf } from './weights';

interface Kind {
  readonly operator: string;
  /** Places of the gates of ONNX in the order of Keras. */
  readonly order: readonly number[];
  /** Functions that the operator takes: of gates, and of states. */
  readonly functions: readonly ('gates' | 'states')[];
}

/** By the number of gates. Keras orders those of an LSTM input, forget, candidate, output; ONNX input, output, forget, candidate. */
const KINDS: Readonly<Record<OpOf<'recurrent'>['gates'], Kind>> = {
  1: { operator: 'RNN', order: [0], functions: ['states'] },
  3: { operator: 'GRU', order: [0, 1, 2], functions: ['gates', 'states'] },
  4: { operator: 'LSTM', order: [0, 3, 1, 2], functions: ['gates', 'states', 'states'] },
};

/** Names of activations there, with alpha and beta. */
const FUNCTIONS: Readonly<Record<Activation, readonly [name: string, alpha: number, beta: number]>> = {
  linear: ['Affine', 1, 0],
  relu: ['Relu', 0, 0],
  tanh: ['Tanh', 0, 0],
  sigmoid: ['Sigmoid', 0, 0],
  softsign: ['Softsign', 0, 0],
  softplus: ['Softplus', 0, 0],
  hardsigmoid: ['HardSigmoid', 0.2, 0.5],
  hardsigmoid6: ['HardSigmoid', 1 / 6, 0.5],
};

/** Writes a recurrent layer that begins with states of 0. @throws NoOperator */
export function emitRecurrent(
  file: OnnxFile,
  given: Value,
  op: OpOf<'recurrent'>,
  weights: RecurrentWeights,
  name: string,
): Value {
  const made = emitDirection(file, channelsLast(file, given), op, weights, name);
  // Keras returns the steps in the order in which it computes them.
  if (!op.backwards || !op.sequences) return made;
  const list = (what: string, value: number): string => integers(file, `${name}/${what}`, [value]);
  const taken = [made.name, list('from', -1), list('to', BEYOND), list('axis', 1), list('step', -1)];
  return { ...made, name: file.node('Slice', taken, {}, `${name}/reversed`) };
}

/** Writes a recurrent layer that goes forwards and backwards, and joins the results of both. @throws NoOperator */
export function emitBidirectional(
  file: OnnxFile,
  given: Value,
  { inner, merge }: OpOf<'bidirectional'>,
  weights: Readonly<Record<'forward' | 'backward', RecurrentWeights>>,
  name: string,
): Value {
  if (inner?.kind !== 'recurrent') throw new NoOperator('has no recurrent layer for both directions');
  if (inner.backwards) throw new NoOperator('begins with the direction backwards');
  const input = channelsLast(file, given);
  const forward = emitDirection(file, input, inner, weights.forward, `${name}/forward`);
  const backward = emitDirection(file, input, { ...inner, backwards: true }, weights.backward, `${name}/backward`);
  const both = [forward.name, backward.name];
  switch (merge) {
    case 'concat':
      return { ...forward, name: file.node('Concat', both, { axis: -1 }, name) };
    case 'sum':
      return { ...forward, name: file.node('Add', both, {}, name) };
    case 'multiply':
      return { ...forward, name: file.node('Mul', both, {}, name) };
    case 'average':
      return { ...forward, name: file.node('Mean', both, {}, name) };
    default:
      throw new NoOperator('does not join its directions');
  }
}

/** Before the first step, as the end of a slice that goes backwards. */
const BEYOND = -(2 ** 31);

/** Writes one direction. Steps are in the order of the input, also where it goes backwards. @throws NoOperator */
function emitDirection(
  file: OnnxFile,
  input: Value,
  op: OpOf<'recurrent'>,
  weights: RecurrentWeights,
  name: string,
): Value {
  if (op.states) throw new NoOperator('returns its states');
  if (op.stateful) throw new NoOperator('keeps its states from batch to batch');
  const { operator, order, functions } = KINDS[op.gates];
  // The recurrent kernel has a row for each unit, and a column for each unit and gate.
  const size = Math.round(Math.sqrt(weights.recurrent.length / op.gates));
  const columns = size * op.gates;
  const gated = (data: Float32Array): Float32Array => byGates(rowsOf(data, columns), order);
  const constant = (what: string, shape: readonly number[], data: Float32Array): string =>
    file.constant(`${name}/${what}`, 'float32', shape, data);
  const taken = [
    file.node('Transpose', [input.name], { perm: [1, 0, 2] }, `${name}/steps`),
    constant('weights', [1, columns, weights.kernel.length / columns], gated(weights.kernel)),
    constant('recurrent', [1, columns, size], gated(weights.recurrent)),
  ];
  if (weights.bias) {
    const both = new Float32Array(2 * columns);
    both.set(byGates(weights.bias.subarray(0, columns), order));
    both.set(byGates(weights.bias.subarray(columns), order), columns);
    taken.push(constant('bias', [1, 2 * columns], both));
  }
  const chosen = functions.map((one) => {
    const activation = one === 'gates' ? op.gateActivation : op.stateActivation;
    const found = Object.hasOwn(FUNCTIONS, activation) ? FUNCTIONS[activation] : undefined;
    if (!found) throw new NoOperator(`has the activation ${activation}`);
    return found;
  });
  const attributes = {
    hidden_size: size,
    direction: op.backwards ? 'reverse' : 'forward',
    activations: { strings: chosen.map(([function_]) => function_) },
    activation_alpha: { floats: chosen.map(([, alpha]) => alpha) },
    activation_beta: { floats: chosen.map(([, , beta]) => beta) },
    ...(op.gates === 3 ? { linear_before_reset: op.resetAfter ? 1 : 0 } : {}),
  };
  // Steps, directions, examples, units.
  const all = file.node(operator, taken, attributes, `${name}/all`);
  if (!op.sequences) {
    const last = file.node(
      'Gather',
      [all, integers(file, `${name}/last`, [op.backwards ? 0 : -1])],
      { axis: 0 },
      `${name}/end`,
    );
    return { name: squeezed(file, last, [0, 1], name), rank: 2, order: 'last' };
  }
  const steps = squeezed(file, all, [1], `${name}/series`);
  return { name: file.node('Transpose', [steps], { perm: [1, 0, 2] }, name), rank: 3, order: 'last' };
}

const squeezed = (file: OnnxFile, value: string, axes: readonly number[], name: string): string =>
  file.node('Squeeze', [value, integers(file, `${name}/axes`, axes)], {}, name);

/** Brings equal parts, one for each gate, into an order. */
function byGates(data: Float32Array, order: readonly number[]): Float32Array {
  const size = data.length / order.length;
  const moved = new Float32Array(data.length);
  order.forEach((from, to) => moved.set(data.subarray(from * size, (from + 1) * size), to * size));
  return moved;
}
