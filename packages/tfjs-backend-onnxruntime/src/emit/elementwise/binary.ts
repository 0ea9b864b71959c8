import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import { sizeOf } from '../../graph/native-types';
import type { BinaryFunction } from '../../graph/operations';
import type { NativeValue, PendingValue, Value } from '../../graph/value';
import type { MaskedGradient } from '../../passes/rewrites';
import type { Emission } from '../emission';
import { affineResult, numbersResult } from '../normalization/affine-results';
import { maskOf, maskOfBlocks } from './masks';
import { staysBlocked } from './primitives';

const BINARY_OPERATORS: Partial<Record<BinaryFunction, string>> = {
  Multiply: 'Mul',
  RealDiv: 'Div',
  Maximum: 'Max',
  Minimum: 'Min',
  GreaterEqual: 'GreaterOrEqual',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};

/** Functions of two inputs that map zeros to zero, so that the filling of blocks stays zero. */
const KEEP_ZEROS: ReadonlySet<BinaryFunction> = new Set(['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum']);

export function emitBinary(emission: Emission, value: PendingValue<'Binary'>): void {
  const masked = emission.rewrites.maskedGradients.get(value);
  if (masked !== undefined) {
    emitMaskedGradient(emission, value, masked);
    return;
  }
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const [a, b] = inputs as [Value, Value];
  const { fn } = operation.attributes;
  const numbers = numbersResult(emission, value);
  if (numbers !== undefined) {
    emission.setNumbers(value, numbers);
    return;
  }
  const affine = affineResult(emission, value);
  if (affine !== undefined) {
    emission.setAffine(value, affine);
    return;
  }
  const mayStay = KEEP_ZEROS.has(fn) || (emission.canBlock(value.shape.at(-1) ?? 0) && fn !== 'NotEqual');
  if (mayStay && fn !== 'SquaredDifference' && staysBlocked(emission, value, a, b)) {
    const operator = BINARY_OPERATORS[fn] ?? fn;
    emission.setBlocked(value, builder.op(operator, [emission.blocked(a), emission.blocked(b)]));
    return;
  }
  const shapes = value.shape.at(-1) === 1 ? shapesOfRows(inputShapes) : inputShapes;
  const result = binary(builder, fn, emission.flat(a, shapes[0]), emission.flat(b, shapes[1]));
  emission.setFlat(value, shapes === inputShapes ? result : builder.reshape(result, value.shape));
}

/**
 * Reshapes a tensor whose last axis has length 1 and a scalar to rows: ONNX Runtime is slow on a last axis of length 1.
 */
function shapesOfRows(shapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const sizes = shapes.map(sizeOf);
  return Math.min(...sizes) === 1 && Math.max(...sizes) > 1 ? sizes.map((size) => (size === 1 ? [] : [size])) : shapes;
}

function binary(builder: ModelBuilder, fn: BinaryFunction, left: ValueName, right: ValueName): ValueName {
  if (fn === 'NotEqual') return builder.op('Not', [builder.op('Equal', [left, right])]);
  if (fn === 'SquaredDifference') {
    const difference = builder.op('Sub', [left, right]);
    return builder.op('Mul', [difference, difference]);
  }
  return builder.op(BINARY_OPERATORS[fn] ?? fn, [left, right]);
}

function emitMaskedGradient(emission: Emission, value: NativeValue, masked: MaskedGradient): void {
  const { builder } = emission;
  const { gradient, source, ceiling } = masked;
  if (staysBlocked(emission, value, gradient, source)) {
    const mask = maskOfBlocks(emission, source, ceiling);
    emission.setBlocked(value, builder.op('Mul', [emission.blocked(gradient), mask]));
  } else {
    const mask = maskOf(builder, emission.flat(source, value.shape), ceiling);
    emission.setFlat(value, builder.op('Mul', [emission.flat(gradient, value.shape), mask]));
  }
}

export function emitAddN(emission: Emission, value: PendingValue<'AddN'>): void {
  const { inputs, inputShapes } = value.node;
  const terms = inputs.map((input, i) => emission.flat(input, inputShapes[i]));
  emission.setFlat(value, emission.builder.op('Sum', terms));
}

export function emitSelect(emission: Emission, value: PendingValue<'Select'>): void {
  const { inputs, inputShapes } = value.node;
  const names = inputs.map((input, i) => emission.flat(input, inputShapes[i]));
  emission.setFlat(value, emission.builder.op('Where', names));
}
