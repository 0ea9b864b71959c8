import { chances, type Chances } from './chances';
import { DENSITIES, densityOf, FLOAT, GRID, MAGNITUDES, NUMBER, PLACES, SIGNS, TABLE, WHOLE } from './layout';
import { refuse } from './refuse';
import type { RangeDecoder } from './range-decoder';

/** Bits of numbers as they are stored. */
export type Words = Uint8Array | Uint16Array | Uint32Array;

/** Decodes tensors, in their order. */
export interface WeightsDecoder {
  /** Decodes a parameter: a whole number from 0 to 2^32 - 2. @throws Error */
  readonly parameter: () => number;
  /**
   * Decodes a tensor.
   * @param words where it goes, all 0
   * @param mantissa bits of the mantissa of its numbers, 0 for whole numbers
   * @throws Error
   */
  readonly tensor: (words: Words, mantissa: number, nested?: boolean) => void;
}

/** Returns a decoder of tensors. */
export function weightsDecoder({ among, bit, raw }: RangeDecoder): WeightsDecoder {
  const parameters = chances(NUMBER);

  /** Decodes a number: the length of number + 1 in unary, then its bits, of which the first three are learned. */
  const number = (all: Chances, at: number): number => {
    let length = 0;
    while (bit(all, at + length)) if (++length > 31) refuse();
    let value = 1;
    let left = length;
    for (; left && value < 8; left--) value = value * 2 + bit(all, at + 32 + length * 8 + value);
    return ((value << left) >>> 0) + raw(left) - 1;
  };
  const parameter = (): number => number(parameters, 0);

  const tensor: WeightsDecoder['tensor'] = (words, mantissa, nested) => {
    const size = words.length;
    if (!size) return;
    const kind = parameter();
    // Weights of so many lines lie beside each other in storage.
    const inner = parameter() + 1;
    const line = parameter() + 4;
    const compared = parameter() + 1;
    const byDensity = parameter();
    const least = parameter() + 1;
    const outer = size / inner;
    if (nested && kind % FLOAT) refuse();

    let zero = 0;
    let valueOf = (value: number, _place: number): number => value + zero;
    if (kind === WHOLE) zero = parameter() + parameter() * 65_536;
    else if (kind === TABLE) {
      const below = parameter();
      const table = words.slice(0, parameter()).fill(0);
      tensor(table, mantissa, true);
      valueOf = (value) => table[below + value - (value > 0 ? 1 : 0)] ?? refuse();
    } else if (kind === GRID) {
      const scales = new Float32Array(Math.min(size, parameter()));
      tensor(new Uint32Array(scales.buffer), 23, true);
      const result = new Float32Array(1);
      const bits = new Uint32Array(result.buffer);
      valueOf = (value, place) => {
        result[0] = value * scales[place % scales.length]!;
        return bits[0]!;
      };
    } else if (kind === FLOAT) {
      const dropped = parameter();
      const largest = parameter();
      // Powers are slow.
      const sign = 2 ** (words.BYTES_PER_ELEMENT * 8 - 1);
      const unit = 2 ** mantissa;
      const digit = 2 ** dropped;
      valueOf = (value) =>
        (value < 0 ? sign : 0) + (largest - Math.abs(value)) * unit + raw(mantissa - dropped) * digit;
    }

    const all = chances(PLACES);
    const counts = new Uint16Array(Math.ceil(size / line));
    words.fill(zero);
    for (let at = 0, i = 0; at < size; i++) {
      let left = Math.min(line, size - at);
      let count = number(all, densityOf(counts[i - compared] ?? 0) * NUMBER);
      if (count > left) refuse();
      counts[i] = count;
      const density = byDensity && densityOf(count);
      for (; count; at++, left--) {
        if (count < left && !among(count, left)) continue;
        count--;
        const negative = bit(all, SIGNS + density);
        const magnitude = number(all, MAGNITUDES + (negative * DENSITIES + density) * NUMBER) + least;
        const place = inner > 1 ? (at % outer) * inner + ((at / outer) | 0) : at;
        words[place] = valueOf(negative ? -magnitude : magnitude, place);
      }
      at += left;
    }
  };
  return { parameter, tensor };
}
