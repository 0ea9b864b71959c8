import type { ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import type { UnaryFunction } from '../../graph/operations';
import type { PendingValue, Value } from '../../graph/value';
import type { Emission } from '../emission';
import { materialize, multiplied } from '../normalization/affine';
import { negated, numbersOf, times } from '../normalization/channel-numbers';
import { positiveMask } from './masks';
import { cast, keepNaN, staysBlocked } from './primitives';

const UNARY_OPERATORS: Partial<Record<UnaryFunction, string>> = {
  LogicalNot: 'Not',
};

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
