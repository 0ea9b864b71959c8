import { sameShape } from '../../graph/native-types';
import type { Plan } from '../../graph/plan';
import { isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import type { Rewrites, SaturatingGradient } from '../rewrites';

interface Match extends SaturatingGradient {
  /** Intermediate values, which are no longer needed. */
  readonly inner: readonly PendingValue[];
}

/**
 * Finds the gradients of several sigmoid and tanh gates that are concatenated along the last axis. The factors that do
 * not depend on the gradient are computed with the forward pass, for all gates at once.
 */
export function joinGateGradients(plan: Plan, consumers: Consumers, rewrites: Rewrites): void {
  for (const value of plan.order) {
    if (isPendingOf(value, 'Concat')) joinGates(value, consumers, rewrites);
  }
  for (const value of plan.order) {
    if (rewrites.skipped.has(value)) continue;
    const match = gradientOf(value, consumers, rewrites);
    if (match?.fn !== 'Tanh' || match.known === null) continue;
    for (const inner of match.inner) rewrites.skipped.add(inner);
    rewrites.tanhGradients.set(value, { ...match.known, upstream: match.upstream, result: match.result });
  }
}

function joinGates(value: PendingValue<'Concat'>, consumers: Consumers, rewrites: Rewrites): void {
  const { inputs, inputShapes, operation } = value.node;
  const rank = value.shape.length;
  if (operation.attributes.axis !== rank - 1 || rank < 2 || new Set(inputs).size < inputs.length) return;
  const matches: Match[] = [];
  for (const [i, part] of inputs.entries()) {
    if (consumers.soleReader(part) === undefined || !sameShape(part.shape, inputShapes[i]!)) return;
    const match = gradientOf(part, consumers, rewrites);
    if (match === undefined) return;
    matches.push({ ...match, inner: [...match.inner, part as PendingValue] });
  }
  for (const inner of matches.flatMap((match) => match.inner)) rewrites.skipped.add(inner);
  rewrites.gateGradients.set(value, matches);
}

function gradientOf(value: Value, consumers: Consumers, rewrites: Rewrites): Match | undefined {
  const operands = product(value);
  if (operands === undefined) return undefined;
  for (const [slope, dy] of [operands, operands.toReversed() as [Value, Value]]) {
    const found = slopeOf(slope, consumers, rewrites.constants);
    if (found === undefined || !sameShape(found.result.shape, value.shape)) continue;
    return { ...found, ...factored(dy, found, consumers, rewrites) };
  }
  return undefined;
}

/** Matches `y * (1 - y)` of a sigmoid or `1 - y * y` of a hyperbolic tangent, without other readers. */
function slopeOf(
  value: Value,
  consumers: Consumers,
  constants: Rewrites['constants'],
): { fn: SaturatingGradient['fn']; result: Value; inner: PendingValue[] } | undefined {
  if (consumers.soleReader(value) === undefined) return undefined;
  const operands = product(value);
  if (operands === undefined) {
    const square = fromOne(value, constants);
    if (square === undefined || !isPendingOf(square, 'Unary') || square.node.operation.attributes.fn !== 'Square')
      return undefined;
    const [result] = square.node.inputs as [Value];
    const isOf = isResultOf(result, 'Tanh') && sameShape(result.shape, square.shape);
    if (!isOf || consumers.soleReader(square) === undefined) return undefined;
    return { fn: 'Tanh', result, inner: [value as PendingValue, square] };
  }
  for (const [result, rest] of [operands, operands.toReversed() as [Value, Value]]) {
    if (!isResultOf(result, 'Sigmoid') || fromOne(rest, constants) !== result) continue;
    if (consumers.soleReader(rest) === undefined) return undefined;
    return { fn: 'Sigmoid', result, inner: [value as PendingValue, rest as PendingValue] };
  }
  return undefined;
}

/**
 * Factors the gradient of `result` into the upstream gradient and a factor whose product with the result the forward
 * pass knows.
 */
function factored(
  dy: Value,
  { result, inner }: { result: Value; inner: readonly PendingValue[] },
  consumers: Consumers,
  { skipped }: Rewrites,
): Pick<Match, 'upstream' | 'known' | 'inner'> {
  const operands = consumers.soleReader(dy) === undefined ? undefined : product(dy);
  for (const [upstream, factor] of operands === undefined ? [] : [operands, operands.toReversed() as [Value, Value]]) {
    const known = consumers.of(factor).find((reader) => {
      const factors = product(reader);
      const isOfBoth = factors !== undefined && factors.includes(result) && factor !== result;
      return isOfBoth && reader.index < dy.index && !skipped.has(reader);
    });
    if (known === undefined) continue;
    return { upstream, known: { factor, product: known }, inner: [...inner, dy as PendingValue] };
  }
  return { upstream: dy, known: null, inner };
}

/** Returns the operands of a product of two tensors of its shape. */
function product(value: Value): [Value, Value] | undefined {
  if (!isPendingOf(value, 'Binary') || value.node.operation.attributes.fn !== 'Multiply') return undefined;
  const [a, b] = value.node.inputs as [Value, Value];
  const isPlain = [a, b, ...value.node.inputShapes.map((shape) => ({ shape }))].every(({ shape }) =>
    sameShape(shape, value.shape),
  );
  return isPlain && value.dtype === 'float32' ? [a, b] : undefined;
}

/** Returns x if the value is `1 - x`. */
function fromOne(value: Value, constants: Rewrites['constants']): Value | undefined {
  if (!isPendingOf(value, 'Binary') || value.node.operation.attributes.fn !== 'Sub') return undefined;
  const [one, x] = value.node.inputs as [Value, Value];
  return constants(one) === 1 && sameShape(x.shape, value.shape) && sameShape(value.node.inputShapes[1]!, value.shape)
    ? x
    : undefined;
}

function isResultOf(value: Value, fn: SaturatingGradient['fn']): boolean {
  return isPendingOf(value, 'Unary') && value.node.operation.attributes.fn === fn;
}
