import { sameShape } from '../../graph/native-types';
import type { BinaryFunction, UnaryFunction } from '../../graph/operations';
import { isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import { type DerivedSum, sumOfProducts } from '../products/joined-products';
import type { GateActivation, RecurrentStep, Rewrites } from '../rewrites';

interface Gate {
  readonly activation: GateActivation | { readonly fn: 'Tanh' };
  readonly sum: DerivedSum;
  readonly inner: readonly PendingValue[];
}

type Constants = Rewrites['constants'];
type Operands = readonly [Value, Value];

/** Matches the step of an LSTM that computes this cell: `cell = f * before + i * g` and `state = o * tanh(cell)`. */
export function lstmStep(cell: Value, consumers: Consumers, constants: Constants): RecurrentStep | undefined {
  const [kept, added] = operandsOf(cell, 'Add') ?? [];
  const tanh = consumers.of(cell).find((reader) => argumentOf(reader, 'Tanh') === cell);
  const state = tanh && consumers.soleReader(tanh);
  if (!isPendingOf(cell, 'Binary') || !kept || !added || !tanh || !state) return undefined;
  const [forget, cellBefore] = operandsOf(kept, 'Multiply') ?? [];
  const [take, candidate] = operandsOf(added, 'Multiply') ?? [];
  const [output, squashed] = operandsOf(state, 'Multiply') ?? [];
  if (!forget || !cellBefore || !take || !candidate || !output || squashed !== tanh) return undefined;
  const gates = gatesOf([take, forget, candidate, output], 4, constants);
  if (gates?.[2]?.activation.fn !== 'Tanh' || !areAlike([gates[0]!, gates[1]!, gates[3]!])) return undefined;
  const [first] = gates;
  const { activation } = first!;
  const lefts = first!.sum.lefts.map(({ value }) => value);
  if (activation.fn === 'Tanh' || !gates.every(({ sum }) => sum.lefts.every(({ value }, i) => value === lefts[i]))) {
    return undefined;
  }
  const inner = [...gates.flatMap((gate) => gate.inner), ...[kept, added, tanh].filter((value) => isInner(value))];
  return {
    ...{ operator: 'LSTM', activation, ...weightsOf(gates), input: lefts[0]!, stateBefore: lefts[1]!, cellBefore },
    ...{ state, cell, inner, weightSlices: [] },
  };
}

/** Matches the step of a GRU that computes this state: `z * before + (1 - z) * tanh(x W + (r * before) U + b)`. */
export function gruStep(state: Value, constants: Constants): RecurrentStep | undefined {
  const [kept, added] = operandsOf(state, 'Add') ?? [];
  if (!isPendingOf(state, 'Binary') || !kept || !added) return undefined;
  const [update, stateBefore] = operandsOf(kept, 'Multiply') ?? [];
  const [rest, candidate] = operandsOf(added, 'Multiply') ?? [];
  if (!update || !stateBefore || !rest || !candidate) return undefined;
  const negative = isPendingOf(rest, 'Binary') && rest.node.operation.attributes.fn === 'Add' ? rest.node.inputs : [];
  const [one, less] = negative;
  if (!one || !less || constants(one) !== 1 || argumentOf(less, 'Neg') !== update) return undefined;
  const last = gateOf(candidate, constants);
  const resetState = last?.sum.lefts[1]?.value;
  const [reset, before] = (resetState && operandsOf(resetState, 'Multiply')) ?? [];
  if (!resetState || !reset || before !== stateBefore) return undefined;
  const gates = gatesOf([update, reset, candidate], 3, constants);
  if (gates?.[2]?.activation.fn !== 'Tanh' || !areAlike(gates.slice(0, 2))) return undefined;
  const { activation } = gates[0]!;
  const input = gates[0]!.sum.lefts[0]!.value;
  const sharesInputs =
    gates.every(({ sum }) => sum.lefts[0]!.value === input) &&
    gates.slice(0, 2).every(({ sum }) => sum.lefts[1]!.value === stateBefore);
  if (activation.fn === 'Tanh' || !sharesInputs) return undefined;
  const inner = [
    ...gates.flatMap((gate) => gate.inner),
    ...[kept, added, rest, less, resetState].filter((value) => isInner(value)),
  ];
  const weightSlices = gates.flatMap(({ sum }) => sum.weightSlices);
  return {
    ...{ operator: 'GRU', activation, ...weightsOf(gates), input, stateBefore, cellBefore: null },
    ...{ state, cell: null, inner, weightSlices },
  };
}

const isInner = (value: Value): value is PendingValue => value.node !== null;

/** Matches gates that lie side by side in the same weights, in this order. */
function gatesOf(values: readonly Value[], count: number, constants: Constants): Gate[] | undefined {
  const units = values[0]!.shape[1]!;
  const gates: Gate[] = [];
  for (const [index, value] of values.entries()) {
    const gate = gateOf(value, constants);
    if (gate?.sum.lefts.length !== 2 || gate.sum.biases.length > 1) return undefined;
    const columns = [...gate.sum.rights, ...gate.sum.biases];
    const first = gates[0] ?? gate;
    const expected = [...first.sum.rights, ...first.sum.biases];
    const isInPlace = columns.every(
      (part, i) =>
        part.value === expected[i]?.value &&
        part.from === index * units &&
        part.count === units &&
        part.shape[1] === count * units,
    );
    if (!isInPlace || columns.length !== expected.length) return undefined;
    gates.push(gate);
  }
  return gates;
}

function weightsOf(gates: readonly Gate[]): Pick<RecurrentStep, 'weights' | 'recurrentWeights' | 'bias'> {
  const { rights, biases } = gates[0]!.sum;
  return { weights: rights[0]!.value, recurrentWeights: rights[1]!.value, bias: biases[0]?.value ?? null };
}

function gateOf(value: Value, constants: Constants): Gate | undefined {
  const found = activated(value, constants);
  const sum = found && sumOfProducts(found.argument);
  if (!found || !sum || !isInner(value) || !isInner(found.argument)) return undefined;
  return { activation: found.activation, sum, inner: [value, ...found.inner, found.argument, ...sum.inner] };
}

function activated(
  value: Value,
  constants: Constants,
): { activation: Gate['activation']; argument: Value; inner: PendingValue[] } | undefined {
  for (const fn of ['Sigmoid', 'Tanh'] as const) {
    const argument = argumentOf(value, fn);
    if (argument !== undefined) return { activation: { fn }, argument, inner: [] };
  }
  if (!isPendingOf(value, 'Clip')) return undefined;
  const { min, max } = value.node.operation.attributes;
  const shifted = value.node.inputs[0]!;
  const [beta, scaled] = isPendingOf(shifted, 'Binary') ? shifted.node.inputs : [];
  const [alpha, argument] = scaled && isPendingOf(scaled, 'Binary') ? scaled.node.inputs : [];
  if (!beta || !scaled || !alpha || !argument || !isInner(shifted) || !isInner(scaled)) return undefined;
  const numbers = { alpha: constants(alpha), beta: constants(beta) };
  const isHardSigmoid = min === 0 && max === 1 && isBinary(shifted, 'Add') && isBinary(scaled, 'Multiply');
  if (!isHardSigmoid || numbers.alpha === undefined || numbers.beta === undefined) return undefined;
  if (!sameShape(argument.shape, value.shape)) return undefined;
  const activation = { fn: 'HardSigmoid', alpha: numbers.alpha, beta: numbers.beta } as const;
  return { activation, argument, inner: [shifted, scaled] };
}

function areAlike(gates: readonly Gate[]): boolean {
  const text = JSON.stringify(gates[0]!.activation);
  return gates.every(({ activation }) => JSON.stringify(activation) === text);
}

/** Returns the operands of an elementwise function of two matrices of the shape of the result. */
function operandsOf(value: Value, fn: BinaryFunction): Operands | undefined {
  if (!isBinary(value, fn) || value.shape.length !== 2) return undefined;
  const [a, b] = value.node.inputs;
  const isPlain = [a!, b!].every(
    ({ shape }, i) => sameShape(shape, value.shape) && sameShape(value.node.inputShapes[i]!, shape),
  );
  return isPlain ? [a!, b!] : undefined;
}

function isBinary(value: Value, fn: BinaryFunction): value is PendingValue<'Binary'> {
  return isPendingOf(value, 'Binary') && value.node.operation.attributes.fn === fn;
}

function argumentOf(value: Value, fn: UnaryFunction): Value | undefined {
  if (!isPendingOf(value, 'Unary') || value.node.operation.attributes.fn !== fn) return undefined;
  const [argument] = value.node.inputs;
  return sameShape(argument!.shape, value.shape) ? argument : undefined;
}
