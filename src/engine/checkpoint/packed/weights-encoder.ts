import { chances, type Chances } from '../../../loader/chances';
import {
  DENSITIES,
  densityOf,
  FLOAT,
  GRID,
  MAGNITUDES,
  NUMBER,
  PLACES,
  SIGNS,
  TABLE,
  WHOLE,
} from '../../../loader/layout';
import type { Words } from '../../../loader/weights-decoder';
import type { RangeEncoder } from './range-encoder';

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

/** Weights as whole numbers: 0 for the word that stands for 0. */
interface Numbered {
  /** At each place its number; of a float only the sign and 1 + the distance of its exponent from the largest. */
  readonly numbers: Int32Array;
}

/** How values follow from whole numbers, with what is needed for that. */
export type Values = Numbered &
  (
    | { readonly kind: typeof WHOLE; readonly zero: number }
    | { readonly kind: typeof TABLE; readonly below: number; readonly table: Words; readonly tableValues: Values }
    | { readonly kind: typeof GRID; readonly scales: Float32Array; readonly scaleValues: Values }
    | {
        readonly kind: typeof FLOAT;
        readonly words: Words;
        readonly largest: number;
        readonly mantissa: number;
        readonly dropped: number;
      }
  );

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

  /** Encodes a tensor. */
  tensor({ scan, values, byDensity }: Coding): void {
    const { coder } = this;
    const { numbers, kind } = values;
    const { inner, line, compared } = scan;
    const size = numbers.length;
    if (size === 0) return;
    const least = leastOf(numbers);
    for (const value of [kind, inner - 1, line - 4, compared - 1, byDensity ? 1 : 0, least - 1]) this.parameter(value);
    this.values(values);
    const outer = size / inner;
    const all = chances(PLACES);
    countLines(numbers, scan).forEach((total, i, counts) => {
      codeNumber(coder, all, densityOf(counts[i - compared] ?? 0) * NUMBER, total);
      const density = byDensity ? densityOf(total) : 0;
      const end = Math.min(size, (i + 1) * line);
      for (let at = i * line, count = total; count > 0; at++) {
        const place = inner === 1 ? at : (at % outer) * inner + Math.floor(at / outer);
        const number = numbers[place]!;
        const bit = number === 0 ? 0 : 1;
        if (count < end - at) coder.among(count, end - at, bit);
        if (bit === 0) continue;
        count--;
        const negative = number < 0 ? 1 : 0;
        coder.bit(all, SIGNS + density, negative);
        codeNumber(coder, all, MAGNITUDES + (negative * DENSITIES + density) * NUMBER, Math.abs(number) - least);
        if (values.kind === FLOAT) {
          const { words, mantissa, dropped } = values;
          coder.raw(mantissa - dropped, (words[place]! % 2 ** mantissa) >>> dropped);
        }
      }
    });
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
    this.tensor({ values, scan: wholeScan(values.numbers.length), byDensity: false });
  }
}

/** Returns the scan of all weights in one line, or in the longest possible. */
export const wholeScan = (size: number): Scan => ({
  inner: 1,
  line: Math.min(LONGEST_LINE, Math.max(4, size)),
  compared: 1,
});

/** Encodes a whole number from 0, see `NUMBER`. */
export function codeNumber(coder: RangeEncoder, all: Chances, at: number, number: number): void {
  const value = number + 1;
  const length = 31 - Math.clz32(value);
  for (let i = 0; i < length; i++) coder.bit(all, at + i, 1);
  coder.bit(all, at + length, 0);
  let node = 1;
  let left = length;
  for (; left > 0 && node < 8; left--) {
    const bit = (value >>> (left - 1)) & 1;
    coder.bit(all, at + 32 + length * 8 + node, bit);
    node = node * 2 + bit;
  }
  coder.raw(left, value % 2 ** left);
}

/** Counts the nonzeros of each line. */
export function countLines(numbers: Int32Array, { inner, line }: Pick<Scan, 'inner' | 'line'>): Uint16Array {
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
