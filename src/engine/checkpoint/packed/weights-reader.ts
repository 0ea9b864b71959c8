import { chances, type Chances } from '../../../loader/chances';
import { densityOf, FLOAT, GRID, NUMBER, PLACES, SIGNS, TABLE, WHOLE } from '../../../loader/layout';
import { refuse } from '../../../loader/refuse';
import type { Words } from '../../../loader/weights-decoder';
import { magnitudesAt } from './code-number';
import type { ReadLine, RangeReader } from './range-reader';

/** Words that are decoded before they are handed on, where they come in the order in which they are stored. */
const PIECE = 1024 * 1024;

/** The form of a tensor: how many words of how many bytes, and bits of their mantissa, 0 for whole numbers. */
export interface WordsForm {
  readonly count: number;
  readonly size: number;
  readonly mantissa: number;
}

/** Hears the words of a tensor in pieces, in order, each valid until the next. */
export type Taker = (words: Words) => void;

/** How words follow from numbers. */
interface Meaning {
  /** The word that stands for 0. */
  readonly zero: number;
  readonly wordOf: (number: number, place: number) => number;
  /** Of floats: bits at the end of each that are 0, and 1 + the largest exponent. */
  readonly float?: { readonly dropped: number; readonly largest: number };
}

/** Decodes tensors as `weightsDecoder` of the loader does, with less memory, and floats several times faster. */
export class WeightsReader {
  private readonly parameters = chances(NUMBER);

  constructor(private readonly coder: RangeReader) {}

  /** Decodes a parameter: a whole number from 0 to 2^32 - 2. */
  parameter(): number {
    return this.coder.number(this.parameters, 0);
  }

  /** Decodes a tensor. @throws Error */
  tensor(form: WordsForm, take: Taker): void {
    const size = form.count;
    if (size === 0) return;
    const kind = this.parameter();
    const inner = this.parameter() + 1;
    const line = this.parameter() + 4;
    const compared = this.parameter() + 1;
    const byDensity = this.parameter() === 1;
    const least = this.parameter() + 1;
    const outer = size / inner;
    const meaning = this.meaning(kind, form);
    const all = chances(PLACES);
    const lines = Math.ceil(size / line);
    const counts = new Uint16Array(lines);
    // Lines that lie one after another are handed on and forgotten.
    const several = inner === 1 ? Math.max(1, Math.floor(PIECE / line)) : lines;
    const room = emptyWords({ ...form, count: Math.min(size, several * line) });
    for (let first = 0; first < lines; first += several) {
      const base = first * line;
      const words = room.subarray(0, Math.min(room.length, size - base)).fill(meaning.zero);
      for (let i = first; i < Math.min(lines, first + several); i++) {
        const start = i * line;
        const length = Math.min(line, size - start);
        const count = this.coder.number(all, densityOf(counts[i - compared] ?? 0) * NUMBER);
        if (count > length) refuse();
        counts[i] = count;
        const place = inner === 1 ? start - base : (start % outer) * inner + Math.floor(start / outer);
        const own = { words, place, inner, length, count };
        const density = byDensity ? densityOf(count) : 0;
        if (meaning.float) {
          const { dropped, largest } = meaning.float;
          const magnitudes = [magnitudesAt(0, density), magnitudesAt(1, density)] as const;
          const { mantissa } = form;
          this.coder.floats(
            all,
            { signs: SIGNS + density, magnitudes, mantissa, dropped, largest: largest + 1 - least },
            own,
          );
        } else this.line(all, own, { ...meaning, base, density, least });
      }
      take(words);
    }
  }

  /** Decodes places and numbers of a line. */
  private line(
    all: Chances,
    { words, inner, length, ...line }: ReadLine,
    { wordOf, base, density, least }: Meaning & { base: number; density: number; least: number },
  ): void {
    const { coder } = this;
    const magnitudes = [magnitudesAt(0, density), magnitudesAt(1, density)] as const;
    let { place, count } = line;
    for (let left = length; count > 0; left--) {
      if (count === left || coder.among(count, left) === 1) {
        count--;
        const negative = coder.bit(all, SIGNS + density);
        const magnitude = coder.number(all, magnitudes[negative === 1 ? 1 : 0]) + least;
        words[place] = wordOf(negative === 1 ? -magnitude : magnitude, base + place);
      }
      place += inner;
      if (place >= words.length) place += 1 - words.length;
    }
  }

  /** Decodes the parameters of a kind. */
  private meaning(kind: number, form: WordsForm): Meaning {
    const { mantissa } = form;
    if (kind === FLOAT) {
      const float = { dropped: this.parameter(), largest: this.parameter() };
      if (float.dropped > mantissa) refuse();
      return { zero: 0, wordOf: () => refuse(), float };
    }
    if (kind === TABLE) {
      const below = this.parameter();
      const table = this.nested({ ...form, count: this.parameter() });
      return { zero: 0, wordOf: (number) => table[below + number - (number > 0 ? 1 : 0)] ?? refuse() };
    }
    if (kind === GRID) {
      const scales = new Float32Array(this.nested({ count: this.parameter(), size: 4, mantissa: 23 }).buffer);
      const value = new Float32Array(1);
      const word = new Uint32Array(value.buffer);
      const wordOf = (number: number, place: number): number => {
        value[0] = number * scales[place % scales.length]!;
        return word[0]!;
      };
      return { zero: 0, wordOf };
    }
    if (kind !== WHOLE) refuse();
    const zero = this.parameter() + this.parameter() * 65_536;
    return { zero, wordOf: (number) => number + zero };
  }

  private nested(form: WordsForm): Words {
    const all = emptyWords(form);
    let at = 0;
    this.tensor(form, (words) => {
      all.set(words, at);
      at += words.length;
    });
    return all;
  }
}

const emptyWords = ({ count, size }: WordsForm): Words =>
  size === 1 ? new Uint8Array(count) : size === 2 ? new Uint16Array(count) : new Uint32Array(count);
