import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import { sameShape, sizeOf } from '../../graph/native-types';
import type { BinaryFunction, UnaryFunction } from '../../graph/operations';
import type { NativeValue, PendingValue, Value } from '../../graph/value';
import type { MaskedGradient } from '../../passes/rewrites';
import type { Emission } from '../emission';
import { materialize, multiplied } from '../normalization/affine';
import { affineResult, numbersResult } from '../normalization/affine-results';
import { negated, numbersOf, times } from '../normalization/channel-numbers';
import { maskOf, maskOfBlocks, positiveMask } from './masks';
import { cast, keepNaN } from './primitives';

const UNARY_OPERATORS: Partial<Record<UnaryFunction, string>> = {
  LogicalNot: 'Not',
};

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

/** Functions of one input that map zero to zero, so that the filling of blocks stays zero. */
const KEEP_ZERO: ReadonlySet<UnaryFunction> = new Set(['Relu', 'Relu6', 'Square', 'Abs', 'Neg', 'Sqrt', 'Tanh']);

/**
 * Applies an elementwise function of one input in the layout of the input.
 *
 * @param keepsZero true if the function of zero is zero
 */
function mapOne(
  emission: Emission,
  value: PendingValue,
  keepsZero: boolean,
  apply: (input: ValueName) => ValueName,
): void {
  const input = value.node.inputs[0]!;
  const shape = value.node.inputShapes[0]!;
  const inBlocks = keepsZero ? emission.isInBlocks(input) : emission.isBlockedOnly(input);
  if (inBlocks && sameShape(shape, input.shape)) {
    emission.setBlocked(value, apply(emission.blocked(input)));
  } else {
    emission.setFlat(value, apply(emission.flat(input, shape)));
  }
}

export function emitUnary(emission: Emission, value: PendingValue<'Unary'>): void {
  const { builder } = emission;
  const { fn } = value.node.operation.attributes;
  const [input] = value.node.inputs as [Value];
  if (emission.isInBlocks(input) && sameShape(value.node.inputShapes[0]!, input.shape)) {
    const affine = emission.affine(input);
    if (fn === 'Relu' && emission.isAffine(input) && affine.terms.size > 0) {
      emission.setBlocked(value, materialize(builder, affine, { activation: 'Relu' }));
      return;
    }
    const square = fn === 'Square' && value.dtype === 'float32' ? multiplied(builder, affine, affine) : undefined;
    if (square !== undefined) {
      emission.setAffine(value, square);
      return;
    }
  }
  const numbers = emission.numbers(input);
  if (numbers !== undefined && (fn === 'Neg' || fn === 'Square')) {
    emission.setNumbers(value, fn === 'Neg' ? negated(numbers) : times(numbers, numbers));
    return;
  }
  if (fn === 'Rsqrt' && emission.block > 0 && value.shape.length === 1) {
    const root = builder.op('Sqrt', [emission.flat(input, value.shape)]);
    emission.setNumbers(value, numbersOf(builder.op('Reciprocal', [root])));
    return;
  }
  mapOne(emission, value, KEEP_ZERO.has(fn), (x) => {
    switch (fn) {
      case 'Square':
        return builder.op('Mul', [x, x]);
      case 'Rsqrt':
        return builder.op('Reciprocal', [builder.op('Sqrt', [x])]);
      case 'Log1p':
        return builder.op('Log', [builder.op('Add', [x, builder.float(1)])]);
      case 'Relu6':
        return builder.op('Clip', [x, builder.float(0), builder.float(6)]);
      default:
        return builder.op(UNARY_OPERATORS[fn] ?? fn, [x]);
    }
  });
}

export function emitStep(emission: Emission, value: PendingValue<'Step'>): void {
  const { builder, rewrites } = emission;
  const source = rewrites.stepSources.get(value);
  if (source !== undefined) {
    if (emission.isInBlocks(source)) emission.setBlocked(value, positiveMask(builder, emission.blocked(source)));
    else emission.setFlat(value, positiveMask(builder, emission.flat(source)));
    return;
  }
  const { alpha } = value.node.operation.attributes;
  mapOne(emission, value, alpha === 0, (x) => {
    const positive = builder.op('Greater', [x, builder.float(0)]);
    const step = builder.op('Where', [positive, builder.float(1), builder.float(alpha)]);
    return keepNaN(builder, x, step);
  });
}

export function emitLeakyRelu(emission: Emission, value: PendingValue<'LeakyRelu'>): void {
  const { alpha } = value.node.operation.attributes;
  mapOne(emission, value, true, (x) => emission.builder.op('LeakyRelu', [x], { alpha: { float: alpha } }));
}

export function emitPRelu(emission: Emission, value: PendingValue<'PRelu'>): void {
  const { inputs, inputShapes } = value.node;
  const names = inputs.map((input, i) => emission.flat(input, inputShapes[i]));
  emission.setFlat(value, emission.builder.op('PRelu', names));
}

/** Multiplies by the slope of elu, computed from its result y: y + 1 below zero, else 1. */
export function emitEluGradient(emission: Emission, value: PendingValue<'EluGradient'>): void {
  const { builder } = emission;
  const [gradient, result] = value.node.inputs as [Value, Value];
  const slope = (y: ValueName): ValueName =>
    builder.op('Add', [builder.op('Min', [y, builder.float(0)]), builder.float(1)]);
  if (staysBlocked(emission, value, gradient, result)) {
    emission.setBlocked(value, builder.op('Mul', [emission.blocked(gradient), slope(emission.blocked(result))]));
  } else {
    const names = [emission.flat(gradient, value.shape), slope(emission.flat(result, value.shape))];
    emission.setFlat(value, builder.op('Mul', names));
  }
}

export function emitClip(emission: Emission, value: PendingValue<'Clip'>): void {
  const { builder } = emission;
  const { min, max } = value.node.operation.attributes;
  const clip = (x: ValueName): ValueName => builder.op('Clip', [x, builder.float(min), builder.float(max)]);
  const argument = emission.rewrites.clippedRelus.get(value);
  if (argument === undefined) {
    mapOne(emission, value, min <= 0 && max >= 0, clip);
  } else if (!emission.isInBlocks(argument)) {
    emission.setFlat(value, clip(emission.flat(argument)));
  } else {
    const affine = emission.affine(argument);
    const inOnePass = emission.isAffine(argument) && affine.terms.size > 0;
    const activation = { activation: 'Clip', activation_params: { floats: [min, max] } };
    const image = inOnePass ? materialize(builder, affine, activation) : clip(emission.blocked(argument));
    emission.setBlocked(value, image);
  }
}

/** Passes the gradient where the input is within the bounds, including the bounds. */
export function emitClipGradient(emission: Emission, value: PendingValue<'ClipGradient'>): void {
  const { builder } = emission;
  const { min, max } = value.node.operation.attributes;
  const [gradient, input] = value.node.inputs as [Value, Value];
  const within = (dy: ValueName, x: ValueName): ValueName => {
    const above = builder.op('GreaterOrEqual', [x, builder.float(min)]);
    const below = builder.op('LessOrEqual', [x, builder.float(max)]);
    return builder.op('Where', [builder.op('And', [above, below]), dy, builder.float(0)]);
  };
  if (staysBlocked(emission, value, gradient, input)) {
    emission.setBlocked(value, within(emission.blocked(gradient), emission.blocked(input)));
  } else {
    emission.setFlat(value, within(emission.flat(gradient, value.shape), emission.flat(input, value.shape)));
  }
}

export function emitCast(emission: Emission, value: PendingValue<'Cast'>): void {
  const { inputs, inputShapes } = value.node;
  emission.setFlat(value, cast(emission.builder, emission.flat(inputs[0]!, inputShapes[0]), value.dtype));
}

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

/** True if two images of one shape can be combined in blocks and at least one of them is in blocks already. */
function staysBlocked(emission: Emission, result: NativeValue, a: Value, b: Value): boolean {
  if (result.shape.length !== 4 || !sameShape(a.shape, result.shape) || !sameShape(b.shape, result.shape)) return false;
  if (a.dtype !== 'float32' || result.dtype !== 'float32') return false;
  return emission.canCombineInBlocks(a, b);
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
