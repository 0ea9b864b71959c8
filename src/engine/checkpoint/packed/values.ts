import { FLOAT, GRID, TABLE, WHOLE } from '../../../loader/layout';
import type { Words } from '../../../loader/weights-decoder';
import type { Values } from './weights-encoder';

/** Largest table of values that is tried. */
const LARGEST_TABLE = 4096;
/** Largest number of steps from 0 on a grid that is looked for: those of numbers of 16 bits. */
const STEPS = 32_767;

/** Returns the ways to code words whose mantissa has so many bits, 0 for whole numbers; at least one. */
export function waysToCode(words: Words, shape: readonly number[], mantissa: number): Values[] {
  const table = asTable(words, mantissa);
  if (mantissa === 0) return [asWhole(words), ...(table ? [table] : [])];
  const ways: Values[] = [...(table ? [table] : [])];
  if (mantissa === 23) {
    const values = new Float32Array(words.buffer, words.byteOffset, words.length);
    for (const channels of new Set([1, shape.at(-1) ?? 1])) {
      const grid = asGrid(values, channels);
      if (grid) ways.push(grid);
    }
  }
  return [...ways, asFloats(words, mantissa)];
}

/** Returns the number of each word: a loop is many times faster here than `from`. */
function numbered(words: Words, numberOf: (word: number) => number): Int32Array {
  const numbers = new Int32Array(words.length);
  for (let i = 0; i < words.length; i++) numbers[i] = numberOf(words[i]!);
  return numbers;
}

/** Counts from the most frequent word. */
function asWhole(words: Words): Values {
  const times = new Map<number, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  let [zero, most] = [0, 0];
  for (const [word, count] of times) if (count > most || (count === most && word < zero)) [zero, most] = [word, count];
  // A word of 32 bits is a signed number.
  const numbers = numbered(words, (word) => (word - zero) | 0);
  return { kind: WHOLE, zero, numbers };
}

/** Returns undefined where there are many values. */
function asTable(words: Words, mantissa: number): Values | undefined {
  const seen = new Set<number>();
  for (let i = 0; i < words.length; i++) {
    // Whole numbers with a sign: a set of larger ones is several times slower.
    if (words[i] !== 0) seen.add(words[i]! | 0);
    if (seen.size > LARGEST_TABLE) return undefined;
  }
  const sign = 2 ** (words.BYTES_PER_ELEMENT * 8 - 1);
  const rank = (word: number): number => (mantissa > 0 && word >= sign ? sign - 1 - word : word);
  const table = words.slice(0, seen.size);
  Array.from(seen, (word) => word >>> 0)
    .sort((a, b) => rank(a) - rank(b))
    .forEach((word, i) => (table[i] = word));
  const below = table.findIndex((word) => rank(word) >= 0);
  const negatives = below < 0 ? table.length : below;
  const numberOf = new Map([...table].map((word, i) => [word, i < negatives ? i - negatives : i - negatives + 1]));
  numberOf.set(0, 0);
  const numbers = numbered(words, (word) => (word === 0 ? 0 : numberOf.get(word)!));
  const tableValues = mantissa === 0 ? asWhole(table) : asFloats(table, mantissa);
  return { kind: TABLE, below: negatives, table, tableValues, numbers };
}

function asFloats(words: Words, mantissa: number): Values {
  const sign = 2 ** (words.BYTES_PER_ELEMENT * 8 - 1);
  // The bits of the exponent, in their place.
  const exponents = sign - 2 ** mantissa;
  let [largest, used] = [0, 0];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === 0) continue;
    const exponent = word & exponents;
    if (exponent > largest) largest = exponent;
    used |= word;
  }
  largest = (largest >>> mantissa) + 1;
  const dropped = Math.min(mantissa, used === 0 ? mantissa : 31 - Math.clz32(used & -used));
  return { kind: FLOAT, words, largest, mantissa, dropped };
}

/** Returns undefined where some value is no small multiple of the scale of its channel. */
function asGrid(values: Float32Array, channels: number): Values | undefined {
  const numbers = new Int32Array(values.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    if (!mayLieOnGrid(values, channel, channels)) return undefined;
    const distinct = new Set<number>();
    for (let i = channel; i < values.length; i += channels) {
      const size = Math.abs(values[i]!);
      if (size !== 0) distinct.add(size);
      if (distinct.size > STEPS) return undefined;
    }
    const steps = stepsOf(Float32Array.from(distinct).sort());
    if (!steps) return undefined;
    scales[channel] = steps.scale;
    for (let i = channel; i < values.length; i += channels) {
      const value = values[i]!;
      const number = value === 0 ? 0 : Math.sign(value) * steps.numbers.get(Math.abs(value))!;
      // -0 is no multiple.
      if (!Object.is(Math.fround(number * steps.scale), value)) return undefined;
      numbers[i] = number;
    }
  }
  const scaleValues = asFloats(new Uint32Array(scales.buffer), 23);
  return { kind: GRID, scales, scaleValues, numbers };
}

/** Sizes of a channel that are tried on a grid before all of them are put in order. */
const TRIED = 32;

/** Returns true where the sizes of a channel may lie on a grid: they are finite, and the largest is within its steps from 0. */
function mayLieOnGrid(values: Float32Array, channel: number, channels: number): boolean {
  let [smallest, largest] = [Infinity, 0];
  for (let i = channel; i < values.length; i += channels) {
    const size = Math.abs(values[i]!);
    if (!(size < Infinity)) return false;
    if (size === 0 || (size >= smallest && size <= largest)) continue;
    if (size > largest) largest = size;
    if (size < smallest) smallest = size;
    if (largest / smallest > STEPS + 0.5) return false;
  }
  if (largest === 0) return true;
  const some = [largest];
  const distance = channels * Math.max(1, Math.floor(values.length / channels / TRIED));
  for (let i = channel; i < values.length; i += distance) if (values[i] !== 0) some.push(Math.abs(values[i]!));
  for (let first = 1; isWithin(first, smallest, largest); first++) if (scaleRange(some, smallest / first)) return true;
  return false;
}

/** Returns true where the largest size is within the steps of a grid on which the smallest is so many steps from 0. */
const isWithin = (first: number, smallest: number, largest: number): boolean =>
  first <= STEPS && (largest / smallest) * first <= STEPS + 0.5;

interface Steps {
  readonly scale: number;
  readonly numbers: ReadonlyMap<number, number>;
}

/** Finds the largest scale of 32 bits of which all sizes are multiples. @param sizes from the smallest, without 0 */
function stepsOf(sizes: Float32Array): Steps | undefined {
  const [smallest] = sizes;
  const largest = sizes.at(-1);
  if (smallest === undefined || largest === undefined) return { scale: 0, numbers: new Map() };
  for (let first = 1; isWithin(first, smallest, largest); first++) {
    const scale = commonScale(sizes, smallest / first);
    if (scale !== undefined)
      return { scale, numbers: new Map(Array.from(sizes, (size) => [size, Math.round(size / scale)])) };
  }
  return undefined;
}

/** Returns the range of scales near `near` of which all sizes are multiples after rounding; undefined where there is none. */
function scaleRange(
  sizes: ArrayLike<number>,
  near: number,
): { readonly low: number; readonly high: number } | undefined {
  let [low, high] = [near * (1 - 2 ** -22), near * (1 + 2 ** -22)];
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i]!;
    const number = Math.round(size / near);
    // Rounding to 24 bits moves a product by at most half a unit in its last place.
    const slack = size * 2 ** -24 + 2 ** -150;
    low = Math.max(low, (size - slack) / number);
    high = Math.min(high, (size + slack) / number);
    if (low > high) return undefined;
  }
  return { low, high };
}

/** Finds a scale of 32 bits near `near` that gives each size exactly after rounding; undefined where there is none. */
function commonScale(sizes: Float32Array, near: number): number | undefined {
  const range = scaleRange(sizes, near);
  if (!range) return undefined;
  const bits = new Uint32Array(1);
  const value = new Float32Array(bits.buffer);
  value[0] = range.low;
  for (let i = 0; i < 4; i++, bits[0]!++) {
    const scale = value[0];
    if (scale >= range.low && sizes.every((size) => Math.fround(Math.round(size / near) * scale) === size))
      return scale;
  }
  return undefined;
}
