import { sameShape } from '../../graph/native-types';
import type { Plan } from '../../graph/plan';
import { isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import { gruStep, lstmStep } from './recurrent-steps';
import type { RecurrentStep, Rewrites } from '../rewrites';
import { partsOf } from '../split-slices';

/** With this many rows or more, the steps of an LSTM are faster on one thread than the operator. */
const ROWS_FOR_STEPS = 96;

/** Finds recurrent layers of which only states are read. These are evaluations, because gradients need the gates. */
export function findRecurrences(plan: Plan, consumers: Consumers, rewrites: Rewrites, threads: number): void {
  const steps = new Map<Value, RecurrentStep>();
  for (const value of plan.order) {
    const step = lstmStep(value, consumers, rewrites.constants) ?? gruStep(value, rewrites.constants);
    if (step !== undefined) steps.set(step.state, step);
  }
  const followers = new Map<RecurrentStep, RecurrentStep>();
  for (const step of steps.values()) {
    const before = steps.get(step.stateBefore);
    if (before !== undefined && isContinued(before, step)) followers.set(before, step);
  }
  const later = new Set(followers.values());
  for (const first of steps.values()) {
    const isFasterInSteps = first.operator === 'LSTM' && threads === 1 && first.state.shape[0]! >= ROWS_FOR_STEPS;
    if (later.has(first) || isFasterInSteps) continue;
    const chain = [first];
    for (let next = followers.get(first); next !== undefined; next = followers.get(next)) chain.push(next);
    addRecurrence(chain, consumers, rewrites);
  }
}

function isContinued(before: RecurrentStep, step: RecurrentStep): boolean {
  return (
    step.operator === before.operator &&
    step.cellBefore === before.cell &&
    step.weights === before.weights &&
    step.recurrentWeights === before.recurrentWeights &&
    step.bias === before.bias &&
    JSON.stringify(step.activation) === JSON.stringify(before.activation)
  );
}

function addRecurrence(chain: readonly RecurrentStep[], consumers: Consumers, rewrites: Rewrites): void {
  const [first, last] = [chain[0]!, chain.at(-1)!];
  const input = wholeOf(chain.map((step) => step.input));
  if (input === undefined) return;
  const inner = new Set<Value>(chain.flatMap((step) => step.inner));
  const results = chain.flatMap(({ state, cell }) => (cell === null ? [state] : [state, cell]));
  const covered = new Set<Value>([...inner, ...results]);
  const readersOutside = (value: Value): PendingValue[] => consumers.of(value).filter((reader) => !covered.has(reader));
  const isHidden = (value: Value): boolean => !consumers.isOutput(value) && readersOutside(value).length === 0;
  const cells = chain.slice(0, -1).flatMap(({ cell }) => cell ?? []);
  if (![...inner, ...cells].every(isHidden)) return;
  const earlier = chain.slice(0, -1).map(({ state }) => state);
  const readers = new Set(earlier.flatMap(readersOutside));
  const [reader] = readers;
  const sequence = reader && isSequence(reader, chain) ? reader : null;
  if (earlier.some((state) => consumers.isOutput(state)) || readers.size > (sequence === null ? 0 : 1)) return;
  for (const value of covered) rewrites.skipped.add(value);
  for (const value of [...chain.map((step) => step.input), ...chain.flatMap((step) => step.weightSlices)]) {
    if (!consumers.isOutput(value) && readersOutside(value).length === 0) rewrites.skipped.add(value);
  }
  if (sequence !== null) rewrites.skipped.add(sequence);
  const emittedAt = last.cell ?? last.state;
  rewrites.skipped.delete(emittedAt);
  const cell = last.cell === null || isHidden(last.cell) ? null : last.cell;
  rewrites.recurrences.set(emittedAt, { first, last, input, cell, sequence });
}

/** Returns the value whose slices along the first axis are the inputs of the steps, in order. */
function wholeOf(inputs: readonly Value[]): Value | undefined {
  const slices = inputs.filter((input) => isPendingOf(input, 'Slice'));
  const whole = slices[0]?.node.inputs[0];
  if (whole === undefined || slices.length < inputs.length) return undefined;
  const parts = partsOf(whole, slices);
  const isInOrder = parts?.slices.every((slice, i) => slice === slices[i]);
  const isInput = parts?.axis === 0 && whole.shape.length === 3 && sameShape(parts.shape, whole.shape);
  const isOneStep = slices[0]!.shape[0] === 1;
  return isInOrder === true && isInput && isOneStep && slices.every(({ node }) => node.inputs[0] === whole)
    ? whole
    : undefined;
}

/** True if the value concatenates the states of all steps, as layers that return sequences do. */
function isSequence(value: PendingValue, chain: readonly RecurrentStep[]): boolean {
  if (!isPendingOf(value, 'Concat') || value.node.operation.attributes.axis !== 1 || value.shape.length !== 3)
    return false;
  const { inputs, inputShapes } = value.node;
  return (
    inputs.length === chain.length && chain.every(({ state }, i) => state === inputs[i] && inputShapes[i]![1] === 1)
  );
}
