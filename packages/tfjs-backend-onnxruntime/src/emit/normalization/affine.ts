import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import {
  inCommon,
  isOne,
  isZero,
  negated,
  type Numbers,
  numbersOf,
  ONE,
  over,
  plus,
  times,
  vectorOf,
  without,
  ZERO,
} from './channel-numbers';

/** The channels of an image, and the channels of its blocks. Zeros fill up the last block. */
export interface Channels {
  readonly count: number;
  readonly filled: number;
}

/**
 * A symbolic sum of images, each times a factor per channel, plus a shift per channel. Batch normalization, its
 * gradient and the gradients of mean and variance are such sums. The factors are small, so the sum is computed in one
 * pass where its pixels are needed, and its means follow from the means of the images.
 */
export interface Affine {
  readonly channels: Channels;
  /** The images in blocks, each with its factors. */
  readonly terms: ReadonlyMap<Image, Numbers>;
  readonly shift: Numbers;
}

/** The name of an image, or the two names of a product that may not have been computed: its mean does not need it. */
type Image = ValueName;

/** Names of values contain no spaces. */
const TIMES = ' * ';

const productOf = (a: ValueName, b: ValueName): Image => [a, b].sort().join(TIMES);

function namesOf(image: Image): readonly [ValueName, ValueName?] {
  const [first, second] = image.split(TIMES);
  return second === undefined ? [first!] : [first!, second];
}

/** Returns the name of an image. Computes a product once. */
function computed(builder: ModelBuilder, image: Image): ValueName {
  const [first, second] = namesOf(image);
  return second === undefined ? first : builder.once(image, () => builder.op('Mul', [first, second]));
}

/** Appends zeros to numbers per channel, for the filling of the last block. */
export function filledUp(builder: ModelBuilder, numbers: ValueName, { count, filled }: Channels): ValueName {
  if (count === filled) return numbers;
  return builder.once(`filled ${numbers}`, () => builder.op('Pad', [numbers, builder.ints(0, filled - count)]));
}

/** Drops the filling of the last block from the last axis of `numbers`. */
export function withoutFilling(builder: ModelBuilder, numbers: ValueName, { count, filled }: Channels): ValueName {
  if (count === filled) return numbers;
  return builder.op('Slice', [numbers, builder.ints(0), builder.ints(count), builder.ints(-1)]);
}

/** The sum of one image. */
export function affineOfImage(image: ValueName, channels: Channels): Affine {
  return { channels, terms: new Map([[image, ONE]]), shift: ZERO };
}

/** The sum of no image: the same numbers in all pixels of all images. */
export const affineOfNumbers = (numbers: Numbers, channels: Channels): Affine => ({
  channels,
  terms: new Map(),
  shift: numbers,
});

/** Returns the image if the sum is just one image; else undefined. */
export function plainImage(builder: ModelBuilder, { terms, shift }: Affine): ValueName | undefined {
  const [term] = terms;
  if (term === undefined || terms.size > 1 || !isZero(shift)) return undefined;
  return isOne(term[1]) ? computed(builder, term[0]) : undefined;
}

/** Multiplies a sum by factors, or divides it. */
export function scaled(builder: ModelBuilder, a: Affine, factors: Numbers, operator: 'Mul' | 'Div'): Affine {
  const by = (numbers: Numbers): Numbers =>
    operator === 'Mul' ? times(numbers, factors) : over(builder, numbers, factors);
  const terms = new Map([...a.terms].map(([image, factor]) => [image, by(factor)] as const));
  return { ...a, terms, shift: isZero(a.shift) ? ZERO : by(a.shift) };
}

/** Adds or subtracts two sums. */
export function added(builder: ModelBuilder, a: Affine, b: Affine, operator: 'Add' | 'Sub'): Affine {
  const { count } = a.channels;
  const signed = (numbers: Numbers): Numbers => (operator === 'Add' ? numbers : negated(numbers));
  const terms = new Map(a.terms);
  for (const [image, factor] of b.terms) {
    terms.set(image, plus(builder, terms.get(image) ?? ZERO, signed(factor), count));
  }
  return { ...a, terms, shift: plus(builder, a.shift, isZero(b.shift) ? ZERO : signed(b.shift), count) };
}

/** Multiplies two sums of one scaled image each; undefined for others. */
export function multiplied(builder: ModelBuilder, a: Affine, b: Affine): Affine | undefined {
  const [left] = a.terms;
  const [right] = b.terms;
  if (left === undefined || right === undefined || a.terms.size > 1 || b.terms.size > 1) return undefined;
  if (!isZero(a.shift) || !isZero(b.shift)) return undefined;
  const image = productOf(computed(builder, left[0]), computed(builder, right[0]));
  return { ...a, terms: new Map([[image, times(left[1], right[1])]]) };
}

/**
 * Factors out a common factor, so that one image less is multiplied. The reader applies the factors to something
 * smaller.
 *
 * @returns undefined if that saves no pass
 */
export function factorOut({ channels, terms, shift }: Affine): { factors: Numbers; rest: Affine } | undefined {
  const numbers = [...terms.values(), ...(isZero(shift) ? [] : [shift])];
  if (terms.size === 0 || (terms.size === 1 && !isZero(shift)) || [...terms.values()].some(isOne)) return undefined;
  const factors = [...terms.values()].find(
    (factor) =>
      factor.scale !== 0 && numbers.every((other) => inCommon(factor, other).length === factor.factors.length),
  );
  if (factors === undefined) return undefined;
  const divided = (other: Numbers): Numbers => {
    const { scale, factors: rest } = without(other, factors.factors);
    return { scale: scale / factors.scale, factors: rest };
  };
  const rest = new Map([...terms].map(([image, factor]) => [image, divided(factor)] as const));
  return { factors, rest: { channels, terms: rest, shift: isZero(shift) ? ZERO : divided(shift) } };
}

/**
 * Computes the pixels of a sum of at least one image, in blocks: one depthwise convolution with one tap for each image.
 */
export function materialize(builder: ModelBuilder, affine: Affine, activation: Attributes = {}): ValueName {
  const { channels, shift } = affine;
  const plain = plainImage(builder, affine);
  if (plain !== undefined && Object.keys(activation).length === 0) return plain;
  const terms = [...affine.terms];
  // An image without a factor needs no pass: the first convolution adds it.
  const start = terms.length > 1 ? terms.findIndex(([, factor]) => isOne(factor)) : -1;
  let sum = start < 0 ? '' : computed(builder, terms.splice(start, 1)[0]![0]);
  const filled = (numbers: Numbers): ValueName =>
    filledUp(builder, vectorOf(builder, numbers, channels.count), channels);
  for (const [i, [term, factor]] of terms.entries()) {
    const image = computed(builder, term);
    const isLast = i === terms.length - 1;
    const factors = filled(factor);
    const taps = builder.once(`taps ${factors}`, () => builder.reshape(factors, [channels.filled, 1, 1, 1]));
    const bias = isLast && !isZero(shift) ? filled(shift) : '';
    const inputs = sum === '' ? (bias === '' ? [image, taps] : [image, taps, bias]) : [image, taps, bias, sum];
    const attributes = { kernel_shape: [1, 1], group: channels.filled, ...(isLast ? activation : {}) };
    sum = builder.blocked('Conv', inputs, attributes);
  }
  return sum;
}

/** The images of a mean: those of one worker, or of all workers. */
export type MeanScope = 'worker' | 'all';

/**
 * Computes the mean of each channel over all pixels of all images. Reads each image in blocks once.
 *
 * @param shape number, height and width of the images
 */
export function meanOf(
  builder: ModelBuilder,
  { channels, terms, shift }: Affine,
  shape: readonly [number, number, number],
  scope: MeanScope,
): Numbers {
  const own = (image: Image): ValueName =>
    builder.once(meanKey(image, 'worker'), () => meanOfImage(builder, image, channels, shape));
  const means = [...terms].map(([image, factor]) => {
    const mean =
      scope === 'worker' ? own(image) : builder.once(meanKey(image, 'all'), () => builder.allReduce(own(image)));
    return mean === NO_MEAN ? ZERO : times(numbersOf(mean), factor);
  });
  return [...means, shift].reduce((sum, mean) => plus(builder, sum, mean, channels.count), ZERO);
}

/** Replaces the name of a mean that is zero. */
const NO_MEAN = '';
const meanKey = (image: Image, scope: MeanScope): string => `mean of ${scope}: ${image}`;

/** Computes the pixels now, once for equal factors. An image minus its mean has a mean of zero. */
export function computedOnce(builder: ModelBuilder, affine: Affine): Affine {
  const [term] = affine.terms;
  const { scale, factors } = affine.shift;
  const parts = [...affine.terms].map(([image, factor]) => [image, factor.scale, ...factor.factors].join());
  const image = builder.once(`image ${parts.join()} ${scale} ${factors.join()}`, () => materialize(builder, affine));
  for (const scope of ['worker', 'all'] as const) {
    const mean = term === undefined ? undefined : builder.known(meanKey(term[0], scope));
    if (affine.terms.size === 1 && isOne(term![1]) && scale === -1 && factors.length === 1 && factors[0] === mean) {
      builder.once(meanKey(image, scope), () => NO_MEAN);
    }
  }
  return affineOfImage(image, affine.channels);
}

function meanOfImage(
  builder: ModelBuilder,
  image: Image,
  channels: Channels,
  [n, h, w]: readonly [number, number, number],
): ValueName {
  const [first, second] = namesOf(image);
  let each: ValueName;
  let count = n;
  if (second === undefined) {
    each = builder.blocked('GlobalAveragePool', [first]);
  } else {
    // A depthwise convolution of one image with the other over all channels of all images; it has one position.
    const groups = n * channels.filled;
    const names = [builder.reshape(first, [1, groups, h, w]), builder.reshape(second, [groups, 1, h, w])];
    each = builder.blocked('Conv', names, { kernel_shape: [h, w], group: groups });
    count = n * h * w;
  }
  const weights = builder.constant('float32', [n], new Float32Array(n).fill(1 / count));
  const mean = builder.op('MatMul', [weights, builder.reshape(each, [n, channels.filled])]);
  return withoutFilling(builder, mean, channels);
}
