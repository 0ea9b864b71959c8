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

/** How many channels an image has, and how many of them its blocks hold: the last one may end in channels of zeros. */
export interface Channels {
  readonly count: number;
  readonly filled: number;
}

/**
 * An image as a sum of other images, each times a factor for each channel, plus a shift for each channel. Batch
 * normalisation, its gradient and those of mean and variance are such sums. Kept as factors, which are small, they are
 * computed in one pass where the image is needed, and their means from the means of the images alone.
 */
export interface Affine {
  readonly channels: Channels;
  /** Images in blocks, each with its factors. */
  readonly terms: ReadonlyMap<Image, Numbers>;
  readonly shift: Numbers;
}

/** The name of an image, or the two of a product that need not have been computed, for its means do without it. */
type Image = ValueName;

/** No name of a value has spaces. */
const TIMES = ' * ';

const productOf = (a: ValueName, b: ValueName): Image => [a, b].sort().join(TIMES);

function namesOf(image: Image): readonly [ValueName, ValueName?] {
  const [first, second] = image.split(TIMES);
  return second === undefined ? [first!] : [first!, second];
}

/** The name under which an image is there, computed once if it is a product. */
function computed(builder: ModelBuilder, image: Image): ValueName {
  const [first, second] = namesOf(image);
  return second === undefined ? first : builder.once(image, () => builder.op('Mul', [first, second]));
}

/** Numbers for each channel, with zeros for the channels that fill the last block. */
export function filledUp(builder: ModelBuilder, numbers: ValueName, { count, filled }: Channels): ValueName {
  if (count === filled) return numbers;
  return builder.once(`filled ${numbers}`, () => builder.op('Pad', [numbers, builder.ints(0, filled - count)]));
}

/** Without the channels that fill the last block, which is the last axis of `numbers`. */
export function withoutFilling(builder: ModelBuilder, numbers: ValueName, { count, filled }: Channels): ValueName {
  if (count === filled) return numbers;
  return builder.op('Slice', [numbers, builder.ints(0), builder.ints(count), builder.ints(-1)]);
}

/** The image itself. */
export function affineOfImage(image: ValueName, channels: Channels): Affine {
  return { channels, terms: new Map([[image, ONE]]), shift: ZERO };
}

/** The same numbers in all pixels of all images. */
export const affineOfNumbers = (numbers: Numbers, channels: Channels): Affine => ({
  channels,
  terms: new Map(),
  shift: numbers,
});

/** The image that this is, if it is one as it stands. */
export function plainImage(builder: ModelBuilder, { terms, shift }: Affine): ValueName | undefined {
  const [term] = terms;
  if (term === undefined || terms.size > 1 || !isZero(shift)) return undefined;
  return isOne(term[1]) ? computed(builder, term[0]) : undefined;
}

/** Times factors, or divided by them. */
export function scaled(builder: ModelBuilder, a: Affine, factors: Numbers, operator: 'Mul' | 'Div'): Affine {
  const by = (numbers: Numbers): Numbers =>
    operator === 'Mul' ? times(numbers, factors) : over(builder, numbers, factors);
  const terms = new Map([...a.terms].map(([image, factor]) => [image, by(factor)] as const));
  return { ...a, terms, shift: isZero(a.shift) ? ZERO : by(a.shift) };
}

/** The sum or difference of two. */
export function added(builder: ModelBuilder, a: Affine, b: Affine, operator: 'Add' | 'Sub'): Affine {
  const { count } = a.channels;
  const signed = (numbers: Numbers): Numbers => (operator === 'Add' ? numbers : negated(numbers));
  const terms = new Map(a.terms);
  for (const [image, factor] of b.terms) {
    terms.set(image, plus(builder, terms.get(image) ?? ZERO, signed(factor), count));
  }
  return { ...a, terms, shift: plus(builder, a.shift, isZero(b.shift) ? ZERO : signed(b.shift), count) };
}

/** The product of two that are one image each, times factors; undefined for others. */
export function multiplied(builder: ModelBuilder, a: Affine, b: Affine): Affine | undefined {
  const [left] = a.terms;
  const [right] = b.terms;
  if (left === undefined || right === undefined || a.terms.size > 1 || b.terms.size > 1) return undefined;
  if (!isZero(a.shift) || !isZero(b.shift)) return undefined;
  const image = productOf(computed(builder, left[0]), computed(builder, right[0]));
  return { ...a, terms: new Map([[image, times(left[1], right[1])]]) };
}

/**
 * A sum as factors times one that has an image less to multiply, for readers that can apply the factors to something smaller.
 *
 * @returns undefined where that saves no pass
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

/** Computes an image in blocks from its terms, of which there is at least one: a depthwise convolution of one tap for each. */
export function materialise(builder: ModelBuilder, affine: Affine, activation: Attributes = {}): ValueName {
  const { channels, shift } = affine;
  const plain = plainImage(builder, affine);
  if (plain !== undefined && Object.keys(activation).length === 0) return plain;
  const terms = [...affine.terms];
  // An image as it stands needs no pass of its own: the first convolution adds it.
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

/** Whose images a mean is of: those of one thread, or of all that compute the same graph. */
export type MeanScope = 'worker' | 'all';

/**
 * The mean of each channel over all pixels of all images; each image in blocks is read once.
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

/** Stands for the name of a mean that is zero. */
const NO_MEAN = '';
const meanKey = (image: Image, scope: MeanScope): string => `mean of ${scope}: ${image}`;

/** The image computed now, and only once for equal factors. That of an image less its mean has a mean of zero. */
export function computedOnce(builder: ModelBuilder, affine: Affine): Affine {
  const [term] = affine.terms;
  const { scale, factors } = affine.shift;
  const parts = [...affine.terms].map(([image, factor]) => [image, factor.scale, ...factor.factors].join());
  const image = builder.once(`image ${parts.join()} ${scale} ${factors.join()}`, () => materialise(builder, affine));
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
    // Every channel of every image by itself: a depthwise convolution of the one by the other, which has one place.
    const groups = n * channels.filled;
    const names = [builder.reshape(first, [1, groups, h, w]), builder.reshape(second, [groups, 1, h, w])];
    each = builder.blocked('Conv', names, { kernel_shape: [h, w], group: groups });
    count = n * h * w;
  }
  const weights = builder.constant('float32', [n], new Float32Array(n).fill(1 / count));
  const mean = builder.op('MatMul', [weights, builder.reshape(each, [n, channels.filled])]);
  return withoutFilling(builder, mean, channels);
}
