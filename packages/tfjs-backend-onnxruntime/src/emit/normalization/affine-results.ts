import type { ModelBuilder } from '../../encoding/model-builder';
import { sameShape, sizeOf } from '../../graph/native-types';
import type { PendingValue, Value } from '../../graph/value';
import { added, type Affine, affineOfNumbers, computedOnce, multiplied, plainImage, scaled } from './affine';
import { negated, type Numbers, numbersOf, over, plus, times } from './channel-numbers';
import type { Emission } from '../emission';

/** A symbolic sum has at most this many images. */
const MAX_TERMS = 4;

/** Returns the result of a binary operation as a symbolic sum of images, if that saves a pass. */
export function affineResult(emission: Emission, value: PendingValue<'Binary'>): Affine | undefined {
  const { inputs, operation, inputShapes } = value.node;
  const { fn } = operation.attributes;
  if (fn !== 'Add' && fn !== 'Sub' && fn !== 'Multiply' && fn !== 'RealDiv') return undefined;
  const count = value.shape[3];
  if (value.shape.length !== 4 || count === undefined || emission.block === 0) return undefined;
  if (inputs.some(({ dtype }) => dtype !== 'float32') || sizeOf(value.shape) === count) return undefined;
  const known = (input: Value): boolean => emission.isAffine(input) || emission.hasFilledBlocks(input);
  if (!emission.canBlock(count) && !inputs.some(known)) return undefined;
  const channels = emission.channelsOf(count);
  const { builder } = emission;
  const numbers = inputs.map((input, i) => perChannel(emission, input, inputShapes[i]!, value.shape));
  const images = inputs.map((input, i) => numbers[i] === undefined && sameShape(input.shape, value.shape));
  const [left, right] = numbers as [Numbers | undefined, Numbers | undefined];
  const [a, b] = inputs as [Value, Value];
  if (left !== undefined && right !== undefined) {
    return affineOfNumbers(combined(builder, fn, left, right, count), channels);
  }
  if (images[0] && right !== undefined && emission.isInBlocks(a)) {
    const affine = emission.affine(a);
    if (fn === 'Multiply' || fn === 'RealDiv') return scaled(builder, affine, right, fn === 'RealDiv' ? 'Div' : 'Mul');
    const result = added(builder, affine, affineOfNumbers(right, channels), fn);
    // A centered image is about to be squared or multiplied several times.
    return fn === 'Sub' && plainImage(builder, affine) !== undefined ? computedOnce(builder, result) : result;
  }
  if (images[1] && left !== undefined && emission.isInBlocks(b)) {
    if (fn === 'Multiply') return scaled(builder, emission.affine(b), left, 'Mul');
    if (fn === 'RealDiv') return undefined;
    return added(builder, affineOfNumbers(left, channels), emission.affine(b), fn);
  }
  if (!images[0] || !images[1] || !emission.canCombineInBlocks(a, b)) return undefined;
  if (fn === 'Multiply') return multiplied(builder, emission.affine(a), emission.affine(b));
  if (fn === 'RealDiv' || !(emission.isAffine(a) || emission.isAffine(b))) return undefined;
  const sum = added(builder, emission.affine(a), emission.affine(b), fn);
  return sum.terms.size <= MAX_TERMS ? sum : undefined;
}

/** Applies an operator to two products per channel. */
function combined(
  builder: ModelBuilder,
  fn: 'Add' | 'Sub' | 'Multiply' | 'RealDiv',
  a: Numbers,
  b: Numbers,
  count: number,
): Numbers {
  if (fn === 'Multiply') return times(a, b);
  if (fn === 'RealDiv') return over(builder, a, b);
  return plus(builder, a, fn === 'Add' ? b : negated(b), count);
}

/** Applies an operator to two vectors symbolically, if at least one of them is a product. */
export function numbersResult(emission: Emission, value: PendingValue<'Binary'>): Numbers | undefined {
  const { inputs, operation, inputShapes } = value.node;
  const { fn } = operation.attributes;
  const count = value.shape.at(-1);
  if (fn !== 'Add' && fn !== 'Sub' && fn !== 'Multiply' && fn !== 'RealDiv') return undefined;
  if (value.dtype !== 'float32' || count === undefined || count === 1 || sizeOf(value.shape) !== count)
    return undefined;
  if (!inputs.some((input) => emission.numbers(input) !== undefined)) return undefined;
  const [a, b] = inputs.map((input, i) => perChannel(emission, input, inputShapes[i]!, value.shape));
  return a === undefined || b === undefined ? undefined : combined(emission.builder, fn, a, b, count);
}

/** Returns the input as numbers per channel, if it is the same for all pixels of an image of `shape`. */
export function perChannel(
  emission: Emission,
  input: Value,
  inputShape: readonly number[],
  shape: readonly number[],
): Numbers | undefined {
  const channels = shape.at(-1)!;
  if (sizeOf(input.shape) === channels && inputShape.at(-1) === channels) {
    return emission.numbers(input) ?? numbersOf(emission.flat(input, [channels]));
  }
  if (sizeOf(input.shape) === 1) {
    const known = emission.builder.numberOf(emission.flat(input));
    if (known !== undefined) return { scale: known, factors: [] };
    const name = emission.flat(input, []);
    return numbersOf(
      emission.builder.once(`expanded ${name} ${channels}`, () =>
        emission.builder.op('Expand', [name, emission.builder.ints(channels)]),
      ),
    );
  }
  if (!sameShape(inputShape, shape) || !sameShape(input.shape, shape) || !emission.isAffine(input)) return undefined;
  const { terms, shift } = emission.affine(input);
  return terms.size === 0 ? shift : undefined;
}
