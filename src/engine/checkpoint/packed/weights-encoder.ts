import { chances, type Chances } from '../../../loader/chances';
import { densityOf, FLOAT, GRID, NUMBER, PLACES, SIGNS, TABLE, WHOLE } from '../../../loader/layout';
import type { Words } from '../../../loader/weights-decoder';
import { codeNumber, magnitudesAt } from './code-number';
import { floatSteps } from './float-steps';
import type { FloatWords, Line, RangeEncoder, Steps } from './range-encoder';

/** Weights of the longest line. */
export const LONGEST_LINE = 65_535;

/** The order in which weights are coded, in lines of which each begins with its count of nonzeros. */
export interface Scan {
  /** Weights that lie beside each other and are coded far apart: the product of the last axes; 1: as stored. */
  readonly inner: number;
  /** Weights of a line, 4 to 65535; the last may be shorter. */
  readonly line: number;
  /** The count of a line is compared with that of the line so far before it; from 1. */
  readonly compared: number;
}

/**
 * Weights as whole numbers, 0 for the word that stands for 0, and how words follow from them. A float has as its number
 * the sign, and 1 + the distance of its exponent from the largest.
 */
export type Values =
  | { readonly kind: typeof WHOLE; readonly numbers: Int32Array; readonly zero: number }
  | {
      readonly kind: typeof TABLE;
      readonly numbers: Int32Array;
      readonly below: number;
      readonly table: Words;
      readonly tableValues: Values;
    }
  | {
      readonly kind: typeof GRID;
      readonly numbers: Int32Array;
      readonly scales: Float32Array;
      readonly scaleValues: Values;
    }
  | FloatValues;

/** Floats, whose numbers are in their words. */
export interface FloatValues extends FloatWords {
  readonly kind: typeof FLOAT;
  /** 1 + the largest exponent, so that the smallest magnitude of a number is 1. */
  readonly largest: number;
}

/** Numbers, or words that are 0 where numbers are. */
export type Numbers = Int32Array | Words;

/** Returns what is 0 in the places where the numbers are. */
export const placesOf = (values: Values): Numbers => (values.kind === FLOAT ? values.words : values.numbers);

/** A tensor and how it is coded. */
export interface Coding {
  readonly scan: Scan;
  readonly values: Values;
  /** Numbers are learned apart for each density of a line. */
  readonly byDensity: boolean;
}

/** Encodes tensors that `weightsDecoder` decodes again. */
export class WeightsEncoder {
  private readonly parameters = chances(NUMBER);

  constructor(private readonly coder: RangeEncoder) {}

  /** Returns an encoder that has learned the same, and writes elsewhere. */
  fork(coder: RangeEncoder): WeightsEncoder {
    const fork = new WeightsEncoder(coder);
    fork.parameters.set(this.parameters);
    return fork;
  }

  /** Encodes a parameter: a whole number from 0 to 2^32 - 2. */
  parameter(value: number): void {
    codeNumber(this.coder, this.parameters, 0, value);
  }

  /** Encodes a tensor. @param advance hears of words that are encoded */
  tensor({ scan, values, byDensity }: Coding, advance?: (words: number) => void): void {
    const { coder } = this;
    const { kind } = values;
    const numbers = placesOf(values);
    const { inner, line, compared } = scan;
    const size = numbers.length;
    if (size === 0) return;
    const least = kind === FLOAT ? 1 : leastOf(values.numbers);
    for (const value of [kind, inner - 1, line - 4, compared - 1, byDensity ? 1 : 0, least - 1]) this.parameter(value);
    this.values(values);
    const all = chances(PLACES);
    const counts = countLines(numbers, scan);
    const outer = size / inner;
    const steps = new Map<number, Steps>();
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i]!;
      codeNumber(coder, all, densityOf(counts[i - compared] ?? 0) * NUMBER, count);
      const start = i * line;
      const place = (start % outer) * inner + Math.floor(start / outer);
      const own = { place, inner, length: Math.min(size, start + line) - start, count };
      const density = byDensity ? densityOf(count) : 0;
      if (values.kind === FLOAT) {
        const known = steps.get(density) ?? floatSteps(values, density);
        steps.set(density, known);
        coder.floats(values, known, all, own);
      } else this.line(values.numbers, all, own, { least, density });
      advance?.(own.length);
    }
  }

  /** Encodes places and numbers of a line. */
  private line(
    numbers: Int32Array,
    all: Chances,
    { place, inner, length, count }: Line,
    { least, density }: { readonly least: number; readonly density: number },
  ): void {
    const { coder } = this;
    const size = numbers.length;
    for (let left = length; count > 0; left--) {
      const number = numbers[place]!;
      if (count < left) coder.among(count, left, number === 0 ? 0 : 1);
      if (number !== 0) {
        count--;
        const negative = number < 0 ? 1 : 0;
        coder.bit(all, SIGNS + density, negative);
        codeNumber(coder, all, magnitudesAt(negative, density), Math.abs(number) - least);
      }
      place += inner;
      if (place >= size) place += 1 - size;
    }
  }

  private values(values: Values): void {
    switch (values.kind) {
      case WHOLE:
        this.parameter(values.zero % 65_536);
        this.parameter(Math.floor(values.zero / 65_536));
        return;
      case TABLE:
        this.parameter(values.below);
        this.parameter(values.table.length);
        this.nested(values.tableValues);
        return;
      case GRID:
        this.parameter(values.scales.length);
        this.nested(values.scaleValues);
        return;
      case FLOAT:
        this.parameter(values.dropped);
        this.parameter(values.largest);
    }
  }

  private nested(values: Values): void {
    this.tensor({ values, scan: wholeScan(placesOf(values).length), byDensity: false });
  }
}

/** Returns the scan of all weights in one line, or in the longest possible. */
export const wholeScan = (size: number): Scan => ({
  inner: 1,
  line: Math.min(LONGEST_LINE, Math.max(4, size)),
  compared: 1,
});

/** Counts the nonzeros of each line. */
export function countLines(numbers: Numbers, { inner, line }: Pick<Scan, 'inner' | 'line'>): Uint16Array {
  const size = numbers.length;
  const counts = new Uint16Array(Math.ceil(size / line));
  let [i, left] = [0, line];
  for (let start = 0; start < inner; start++)
    for (let place = start; place < size; place += inner) {
      if (left === 0) {
        i++;
        left = line;
      }
      left--;
      if (numbers[place] !== 0) counts[i]!++;
    }
  return counts;
}

/** Returns the smallest magnitude of the nonzero numbers, 1 without any. */
function leastOf(numbers: Int32Array): number {
  let least = Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const size = Math.abs(numbers[i]!);
    if (size !== 0 && size < least) least = size;
  }
  return least === Infinity ? 1 : least;
}
