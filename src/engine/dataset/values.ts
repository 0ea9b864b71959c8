import { UserError } from '../../protocol/errors';
import { numbersIn } from './numbers-in';
import type { ArrayExamples, Target } from './sources/source';

/** Numbers of any type, as files store them. */
export type Numbers =
  | Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array
  | BigUint64Array | BigInt64Array | Float32Array | Float64Array; // prettier-ignore

/** Examples with fewer numbers than this, and no height and width, are features, not pixels. */
const LEAST_PIXELS = 64;
/** The brightest of many bytes is at least this. */
const LEAST_WHITE = 128;
/** Limit of the number of classes. */
const MOST_CLASSES = 100_000;

/**
 * Converts examples to their stored form. Bytes in images are pixels. So are whole numbers of 0 to 255, some of them 128
 * or more, in images or in at least 64 columns; they become bytes. All other numbers become float32 and enter a network unchanged.
 * @param shape of one example
 * @param where names the numbers in a sentence
 * @throws UserError where one is not finite
 */
export function examplesOf(numbers: Numbers, shape: readonly number[], where: string): ArrayExamples {
  const images = shape.length > 1 || numbersIn(shape) >= LEAST_PIXELS;
  if (numbers instanceof Uint8Array && shape.length > 1) return { kind: 'array', values: numbers, shape };
  if (images && isBytes(numbers)) return { kind: 'array', values: Uint8Array.from(numbers, Number), shape };
  const values = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers, Number);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new UserError(
      `${where} has ${Number.isNaN(Number(numbers[at])) ? 'a value that is missing (NaN)' : 'an infinite value'} in example ${Math.floor(at / numbersIn(shape)) + 1}: leave that example out, or fill it in.`,
    );
  return { kind: 'array', values, shape };
}

/**
 * Returns true where all are whole, 0 to 255, and some in the upper half: black and white pixels in [0,1] are not bytes,
 * nor are counts of 0 to 16.
 */
function isBytes(numbers: Numbers): boolean {
  let most = 0;
  for (const one of numbers) {
    const value = Number(one);
    if (!(value >= 0 && value <= 255) || !Number.isInteger(value)) return false;
    if (value > most) most = value;
  }
  return most >= LEAST_WHITE;
}

/**
 * Returns the targets of the examples: classes by number or one-hot, otherwise numbers. Whole numbers stored as floating-point
 * numbers are classes where none between the lowest and the highest is missing. The task of a model decides whether
 * classes that are written as numbers are taken as numbers.
 * @param shape of the targets of one example
 * @param where names the targets in a sentence
 * @throws UserError where one is not finite
 */
export function targetOf(numbers: Numbers, shape: readonly number[], where: string): Target {
  const floats = numbers instanceof Float32Array || numbers instanceof Float64Array;
  if (numbersIn(shape) === 1) {
    const values = Float64Array.from(numbers, Number);
    requireFinite(values, where);
    const written = { values: Float32Array.from(values), shape: [] };
    if (!values.every(Number.isInteger) || (floats && !isGapless(values))) return { kind: 'values', ...written };
    const noClasses = noClassNumber(values, where);
    if (noClasses !== undefined) return { kind: 'values', ...written, noClasses };
    return { kind: 'class', labels: Int32Array.from(values), numbers: written };
  }
  const [columns = 1, ...more] = shape;
  const { values } = examplesOf(numbers, shape, where);
  const labels = more.length === 0 && columns > 1 ? oneHotClasses(values, columns) : undefined;
  return labels ? { kind: 'class', labels, numbers: { values, shape } } : { kind: 'values', values, shape };
}

/** @throws UserError where a value is missing or infinite */
function requireFinite(values: Float64Array, where: string): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new UserError(
      `${where} has ${Number.isNaN(values[at]) ? 'a value that is missing (NaN)' : 'an infinite value'} in example ${at + 1}: leave that example out, or fill it in.`,
    );
}

/** Says in one sentence which whole number is no class number; undefined where all are. */
function noClassNumber(values: Float64Array, where: string): string | undefined {
  const at = values.findIndex((value) => value < 0 || value >= MOST_CLASSES);
  return at < 0
    ? undefined
    : `${where} has label ${values[at]!} at example ${at + 1}: labels must be whole numbers from 0 to ${MOST_CLASSES - 1}.`;
}

function isGapless(values: Float64Array): boolean {
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return (least === 0 || least === 1) && new Set(values).size === most - least + 1;
}

/** Finds the column of the 1 in each row; undefined where a row is not one-hot. */
function oneHotClasses(values: Uint8Array | Float32Array, columns: number): Int32Array | undefined {
  const labels = new Int32Array(values.length / columns).fill(-1);
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(i / columns);
    if (values[i] === 1 && labels[row] === -1) labels[row] = i % columns;
    else if (values[i] !== 0) return undefined;
  }
  return labels.includes(-1) ? undefined : labels;
}
