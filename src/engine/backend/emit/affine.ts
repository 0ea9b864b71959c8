import type { ModelBuilder, ValueName } from '../encoding/model-builder';
import type { Attributes } from '../encoding/onnx-messages';

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
  /** Images in blocks, each with its factors `[channels]`. */
  readonly terms: ReadonlyMap<Image, ValueName>;
  /** `[channels]`; null stands for zeros. */
  readonly shift: ValueName | null;
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

type Arithmetic = 'Add' | 'Sub' | 'Mul' | 'Div';

/** Factors of one under one name, however many: that is how an image as it stands is known. */
const ones = (builder: ModelBuilder, { count }: Channels): ValueName =>
  builder.once(`ones of ${count} channels`, () =>
    builder.constant('float32', [count], new Float32Array(count).fill(1)),
  );

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

/** Two numbers for each channel combined, once for each pair. */
function combine(builder: ModelBuilder, operator: Arithmetic, a: ValueName, b: ValueName): ValueName {
  return builder.once(`${operator} ${a} ${b}`, () => builder.op(operator, [a, b]));
}

function negative(builder: ModelBuilder, a: ValueName): ValueName {
  return builder.once(`Neg ${a}`, () => builder.op('Neg', [a]));
}

/** The image itself. */
export function affineOfImage(builder: ModelBuilder, image: ValueName, channels: Channels): Affine {
  return { channels, terms: new Map([[image, ones(builder, channels)]]), shift: null };
}

/** The image that this is, if it is one as it stands. */
export function plainImage(builder: ModelBuilder, { channels, terms, shift }: Affine): ValueName | undefined {
  const [term] = terms;
  if (term === undefined || terms.size > 1 || shift !== null) return undefined;
  return term[1] === ones(builder, channels) ? computed(builder, term[0]) : undefined;
}

/** Times factors `[channels]`, or divided by them. */
export function scaled(builder: ModelBuilder, a: Affine, factors: ValueName, operator: 'Mul' | 'Div'): Affine {
  const one = ones(builder, a.channels);
  const times = (factor: ValueName): ValueName =>
    factor === one && operator === 'Mul' ? factors : combine(builder, operator, factor, factors);
  const terms = new Map([...a.terms].map(([image, factor]) => [image, times(factor)] as const));
  return { ...a, terms, shift: a.shift === null ? null : combine(builder, operator, a.shift, factors) };
}

/** The sum or difference of two. */
export function added(builder: ModelBuilder, a: Affine, b: Affine, operator: 'Add' | 'Sub'): Affine {
  const signed = (name: ValueName): ValueName => (operator === 'Add' ? name : negative(builder, name));
  const terms = new Map(a.terms);
  for (const [image, factor] of b.terms) {
    const known = terms.get(image);
    terms.set(image, known === undefined ? signed(factor) : combine(builder, operator, known, factor));
  }
  if (b.shift === null) return { ...a, terms };
  return { ...a, terms, shift: a.shift === null ? signed(b.shift) : combine(builder, operator, a.shift, b.shift) };
}

/** The product of two that are one image each, times factors; undefined for others. */
export function multiplied(builder: ModelBuilder, a: Affine, b: Affine): Affine | undefined {
  const [left] = a.terms;
  const [right] = b.terms;
  if (left === undefined || right === undefined || a.terms.size > 1 || b.terms.size > 1) return undefined;
  if (a.shift !== null || b.shift !== null) return undefined;
  const image = productOf(computed(builder, left[0]), computed(builder, right[0]));
  const product = scaled(builder, affineOfImage(builder, image, a.channels), left[1], 'Mul');
  return right[1] === ones(builder, a.channels) ? product : scaled(builder, product, right[1], 'Mul');
}

/** Computes an image in blocks from its terms, of which there is at least one: a depthwise convolution of one tap for each. */
export function materialise(builder: ModelBuilder, affine: Affine, activation: Attributes = {}): ValueName {
  const { channels, shift } = affine;
  const one = ones(builder, channels);
  const plain = plainImage(builder, affine);
  if (plain !== undefined && Object.keys(activation).length === 0) return plain;
  const terms = [...affine.terms];
  // An image as it stands needs no pass of its own: the first convolution adds it.
  const start = terms.length > 1 ? terms.findIndex(([, factor]) => factor === one) : -1;
  let sum = start < 0 ? '' : computed(builder, terms.splice(start, 1)[0]![0]);
  for (const [i, [term, factor]] of terms.entries()) {
    const image = computed(builder, term);
    const isLast = i === terms.length - 1;
    const taps = builder.once(`taps ${factor}`, () =>
      builder.reshape(filledUp(builder, factor, channels), [channels.filled, 1, 1, 1]),
    );
    const bias = isLast && shift !== null ? filledUp(builder, shift, channels) : '';
    const inputs = sum === '' ? (bias === '' ? [image, taps] : [image, taps, bias]) : [image, taps, bias, sum];
    const attributes = { kernel_shape: [1, 1], group: channels.filled, ...(isLast ? activation : {}) };
    sum = builder.blocked('Conv', inputs, attributes);
  }
  return sum;
}

/**
 * The mean of each channel over all pixels of all images `[channels]`; each image in blocks is read once.
 *
 * @param shape number, height and width of the images
 */
export function meanOf(
  builder: ModelBuilder,
  { channels, terms, shift }: Affine,
  shape: readonly [number, number, number],
): ValueName {
  const one = ones(builder, channels);
  const means = [...terms].map(([image, factor]) => {
    const mean = builder.once(`mean ${image}`, () => meanOfImage(builder, image, channels, shape));
    return factor === one ? mean : combine(builder, 'Mul', mean, factor);
  });
  if (shift !== null) means.push(shift);
  return means.reduce((sum, mean) => combine(builder, 'Add', sum, mean));
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
