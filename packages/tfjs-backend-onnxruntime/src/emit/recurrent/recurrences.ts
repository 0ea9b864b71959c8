import type { ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import { sizeOf } from '../../graph/native-types';
import { keepNaN } from '../elementwise/primitives';
import type { Emission } from '../emission';
import { nanRows } from './nan-rows';
import type { Recurrence, RecurrentStep } from '../../passes/rewrites';

/** Larger batches are split: the gates of more rows do not fit the cache of one core. */
const MOST_ROWS = 128;

/** The order in which the operator expects the gates. tfjs has i, f, c, o and z, r, h. */
const GATES = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2] } as const;

/** Emits all steps of an LSTM or a GRU as one operator. */
export function emitRecurrence(emission: Emission, recurrence: Recurrence): void {
  const { first, last, input, cell, sequence } = recurrence;
  const { builder } = emission;
  const [batch, units] = last.state.shape as [number, number];
  const steps = input.shape[0]!;
  const parts = partsOf(batch);
  const inParts = (value: ValueName): ValueName[] => (parts === 1 ? [value] : builder.split(value, 1, parts));
  const states = [first.stateBefore, first.cellBefore].flatMap((before) =>
    before === null ? [] : [inParts(emission.flat(before, [1, batch, units]))],
  );
  const inputs = inParts(emission.flat(input));
  const weights = weightsOf(emission, last, units);
  const asked = [sequence !== null, true, ...(last.operator === 'LSTM' ? [cell !== null] : [])];
  const results = inputs.map((part, i) =>
    builder.outputsOf(last.operator, [part, ...weights, '', ...states.map((state) => state[i]!)], asked, {
      hidden_size: units,
      ...activations(last),
    }),
  );
  const whole = (output: number, axis: number): ValueName => {
    const names = results.map((result) => result[output]!);
    return names.length === 1 ? names[0]! : builder.op('Concat', names, { axis });
  };
  const nan = nanRows(emission, recurrence);
  const final = (output: number): ValueName =>
    builder.reshape(keepNaN(builder, nan.atLast(), whole(output, 1)), [batch, units]);
  emission.setFlat(last.state, final(1));
  if (cell !== null) emission.setFlat(cell, final(2));
  if (sequence !== null) {
    const states = builder.reshape(whole(0, 2), [steps, batch, units]);
    emission.setFlat(sequence, builder.transpose(keepNaN(builder, nan.atEach(), states), [1, 0, 2]));
  }
}

function partsOf(batch: number): number {
  const least = Math.ceil(batch / MOST_ROWS);
  for (let parts = least; parts <= 2 * least; parts++) if (batch % parts === 0) return parts;
  return 1;
}

/** Converts the weights for the operator: `[1, gates * units, features or units]`, and two biases, one of them zero. */
function weightsOf(emission: Emission, step: RecurrentStep, units: number): ValueName[] {
  const { builder } = emission;
  const order = GATES[step.operator];
  const columns = order.length * units;
  const reordered = (name: ValueName, axis: number): ValueName => {
    if (order.every((gate, index) => gate === index)) return name;
    const gates = builder.split(name, axis, order.length);
    const parts = Array.from(order, (gate) => gates[gate]!);
    return builder.op('Concat', parts, { axis });
  };
  const matrices = [step.weights, step.recurrentWeights].map((value) => {
    const rows = sizeOf(value.shape) / columns;
    const transposed = builder.transpose(reordered(emission.flat(value, [rows, columns]), 1), [1, 0]);
    return builder.reshape(transposed, [1, columns, rows]);
  });
  if (step.bias === null) return [...matrices, ''];
  const zeros = builder.constant('float32', [columns], new Float32Array(columns));
  const biases = builder.op('Concat', [reordered(emission.flat(step.bias, [columns]), 0), zeros], { axis: 0 });
  return [...matrices, builder.reshape(biases, [1, 2 * columns])];
}

/** The activations of the gates; empty for sigmoid, the default of the operator. */
function activations({ operator, activation }: RecurrentStep): Attributes {
  if (activation.fn === 'Sigmoid') return {};
  const others = operator === 'LSTM' ? ['Tanh', 'Tanh'] : ['Tanh'];
  return {
    activations: { strings: [activation.fn, ...others] },
    activation_alpha: { floats: [activation.alpha] },
    activation_beta: { floats: [activation.beta] },
  };
}
