import { chances } from '../../../loader/chances';
import { DENSITIES, densityOf, NUMBER } from '../../../loader/layout';
import type { Words } from '../../../loader/weights-decoder';
import { codeNumber } from './code-number';
import { RangeEncoder } from './range-encoder';
import { waysToCode } from './values';
import {
  countLines,
  LONGEST_LINE,
  placesOf,
  wholeScan,
  type Coding,
  type Numbers,
  type Scan,
  type WeightsEncoder,
} from './weights-encoder';

/** Tensors with fewer weights are coded in one line. */
const SMALL = 64;

/**
 * Chooses the way to code a tensor that takes the fewest bits.
 * @param encoder with what it has learned so far
 * @param widths sizes of channels of earlier tensors: after a flattening, lines of the same channel are so far apart
 */
export function chooseCoding(
  encoder: WeightsEncoder,
  words: Words,
  shape: readonly number[],
  mantissa: number,
  widths: readonly number[],
): Coding {
  const ways = waysToCode(words, shape, mantissa);
  const scans = new Map<number, Scan>();
  const codings = ways.flatMap((values) => {
    const numbers = placesOf(values);
    const zeros = zerosOf(numbers);
    // Where as many numbers are 0, they are the same, and the same scan is best.
    const scan = scans.get(zeros) ?? chooseScan(numbers, zeros, shape, widths);
    scans.set(zeros, scan);
    const several = scan.line < words.length && zeros > 0;
    return [false, ...(several ? [true] : [])].map((byDensity): Coding => ({ scan, values, byDensity }));
  });
  if (codings.length === 1) return codings[0]!;
  let best: { coding: Coding; bits: number } | undefined;
  for (const coding of codings) {
    const scratch = new RangeEncoder({ counted: true });
    encoder.fork(scratch).tensor(coding);
    if (!best || scratch.bits < best.bits) best = { coding, bits: scratch.bits };
  }
  return best!.coding;
}

function zerosOf(numbers: Numbers): number {
  let zeros = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i] === 0) zeros++;
  return zeros;
}

function chooseScan(numbers: Numbers, zeros: number, shape: readonly number[], widths: readonly number[]): Scan {
  const size = numbers.length;
  const whole = wholeScan(size);
  if (size < SMALL || zeros === 0 || zeros === size) return whole;
  let best = { scan: whole, bits: costOfLines(numbers, whole, [1]).bits };
  for (const { inner, line } of lineChoices(shape, size)) {
    const axes = line !== shape.at(-1) ? [] : shape.length > 2 ? [shape.at(-2)!] : widths;
    const distances = [1, ...axes.filter((distance) => distance > 1 && distance < size / line)];
    const { compared, bits } = costOfLines(numbers, { inner, line }, distances);
    if (bits < best.bits) best = { scan: { inner, line, compared }, bits };
  }
  return best.scan;
}

/** Lines along channels, inputs, kernels and windows, and short ones, as N of M and blocks have them. */
function lineChoices(shape: readonly number[], size: number): Pick<Scan, 'inner' | 'line'>[] {
  const channels = shape.at(-1) ?? 1;
  const kernels = channels * (shape.at(-2) ?? 1);
  const along = (inner: number, lines: readonly number[]) => lines.map((line) => ({ inner, line }));
  return [
    ...along(1, [channels, 4, 8, 16]),
    ...(shape.length > 1 ? along(channels, [size / channels, kernels / channels, 4, 8, 16]) : []),
    ...(shape.length > 2 ? along(kernels, [size / kernels]) : []),
  ].filter(({ line }) => line >= 4 && line <= LONGEST_LINE && line < size);
}

/** Log2 of factorials, filled as far as needed. */
const logs = [0];
function logFactorial(n: number): number {
  for (let i = logs.length; i <= n; i++) logs.push(logs[i - 1]! + Math.log2(i));
  return logs[n]!;
}

/** Returns the bits of the places of zeros, and the distance of lines that gives the fewest. */
function costOfLines(
  numbers: Numbers,
  { inner, line }: Pick<Scan, 'inner' | 'line'>,
  distances: readonly number[],
): { bits: number; compared: number } {
  const counts = countLines(numbers, { inner, line });
  let places = 0;
  counts.forEach((count, i) => {
    const length = Math.min(line, numbers.length - i * line);
    places += logFactorial(length) - logFactorial(count) - logFactorial(length - count);
  });
  let best = { bits: Infinity, compared: 1 };
  for (const compared of distances) {
    const coder = new RangeEncoder({ counted: true });
    const all = chances(DENSITIES * NUMBER);
    for (let i = 0; i < counts.length; i++)
      codeNumber(coder, all, densityOf(counts[i - compared] ?? 0) * NUMBER, counts[i]!);
    if (places + coder.bits < best.bits) best = { bits: places + coder.bits, compared };
  }
  return best;
}
