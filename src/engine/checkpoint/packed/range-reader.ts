import { learn, type Chances } from '../../../loader/chances';
import type { RangeDecoder } from '../../../loader/range-decoder';
import { refuse } from '../../../loader/refuse';
import type { Words } from '../../../loader/weights-decoder';

/** Most bytes that a float takes, with those that are read beyond them. */
const ROOM = 64;
/** Bytes behind the end of a stream that are read as 0. */
const BEHIND = 8;
/** Bits of the largest magnitude of a float, less one: there are 256 exponents. */
const MOST_LENGTH = 8;

/** A stream whose bytes may still arrive. */
export interface Arriving {
  readonly bytes: Uint8Array;
  /** Says how many bytes are there, more than `known` unless these are all; it may wait for them. */
  moreThan(known: number): { readonly count: number; readonly ended: boolean };
}

/** A line of words. */
export interface ReadLine {
  readonly words: Words;
  readonly place: number;
  readonly inner: number;
  readonly length: number;
  readonly count: number;
}

/** Where the probabilities of a line are, and what its floats are made of. */
export interface FloatForm {
  readonly signs: number;
  /** Of magnitudes of positive floats, and of negative ones. */
  readonly magnitudes: readonly [number, number];
  /** 1 + the largest exponent. */
  readonly largest: number;
  readonly mantissa: number;
  readonly dropped: number;
}

/**
 * Reads the decisions that `RangeEncoder` writes, as `rangeDecoder` does, while they arrive, and floats several times faster: in
 * one loop over local variables. The loader has no room for that.
 */
export class RangeReader {
  private view: DataView;
  private range = 1;
  private code = 0;
  /** Where the next byte is, and the last place of it at which there are bytes for a float. */
  private at: number;
  private last = 0;
  /** The rest of the stream was copied, with zeros behind it. */
  private isTail = false;

  /** @param at where the stream begins @param after bytes behind it */
  constructor(
    private readonly stream: Arriving,
    at: number,
    private readonly after: number,
  ) {
    const { bytes } = stream;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.arrive();
    this.shift();
  }

  /** See `RangeDecoder`. */
  among(share: number, whole: number): number {
    return this.part(Math.imul((this.range / whole) | 0, share));
  }

  bit(all: Chances, at: number): number {
    return learn(all, at, this.part(Math.imul(this.range >>> 15, (all[at]! >>> 17) | 1)));
  }

  raw(bits: number): number {
    let value = 0;
    for (let left = bits; left > 0; left -= 12) {
      const some = left < 12 ? left : 12;
      this.range >>>= some;
      const digits = (this.code / this.range) | 0;
      if (digits >> some !== 0) refuse();
      this.code -= Math.imul(digits, this.range);
      value = (value << some) | digits;
      this.shift();
    }
    return value;
  }

  /** Decodes a whole number from 0, see `NUMBER`. */
  number(all: Chances, at: number): number {
    let length = 0;
    while (this.bit(all, at + length) === 1) if (++length > 31) refuse();
    let value = 1;
    let left = length;
    for (; left > 0 && value < 8; left--) value = value * 2 + this.bit(all, at + 32 + length * 8 + value);
    return ((value << left) >>> 0) + this.raw(left) - 1;
  }

  /** Returns its functions as texts need them. */
  asDecoder(): RangeDecoder {
    return {
      among: (share, whole) => this.among(share, whole),
      bit: (all, at) => this.bit(all, at),
      raw: (bits) => this.raw(bits),
    };
  }

  /** Decodes the floats of a line: the same as calls of the functions above. */
  floats(all: Chances, form: FloatForm, line: ReadLine): void {
    const { signs, mantissa, dropped, largest } = form;
    const { words, inner } = line;
    const size = words.length;
    const sign = 2 ** (words.BYTES_PER_ELEMENT * 8 - 1);
    const [positive, negative] = form.magnitudes;
    const upper = Math.min(12, mantissa - dropped);
    const lower = mantissa - dropped - upper;
    let { range, code, at, view } = this;
    let { place, count } = line;
    for (let left = line.length; count > 0; left--) {
      if (at > this.last) {
        this.at = at;
        this.arrive();
        ({ at, view } = this);
      }
      let isOne = -1;
      if (count < left) {
        const bound = Math.imul((range / left) | 0, count);
        isOne = (code - bound) >> 31;
        code -= bound & ~isOne;
        range = (bound & isOne) | ((range - bound) & ~isOne);
        const bits = (Math.clz32(range) - 1) & 24;
        code = (code << bits) | ((view.getInt32(at) >>> 1) >>> (31 - bits));
        range <<= bits;
        at += bits >> 3;
      }
      if (isOne !== 0) {
        count--;
        // Without a branch: signs surprise a processor.
        let bound = Math.imul(range >>> 15, (all[signs]! >>> 17) | 1);
        const isNegative = (code - bound) >> 31;
        learn(all, signs, -isNegative);
        code -= bound & ~isNegative;
        range = (bound & isNegative) | ((range - bound) & ~isNegative);
        let bits = (Math.clz32(range) - 1) & 24;
        code = (code << bits) | ((view.getInt32(at) >>> 1) >>> (31 - bits));
        range <<= bits;
        at += bits >> 3;
        const base = (positive & ~isNegative) | (negative & isNegative);
        // With branches: the probability of the next decision is read ahead.
        let length = 0;
        for (;;) {
          bound = Math.imul(range >>> 15, (all[base + length]! >>> 17) | 1);
          const isLonger = code < bound;
          if (isLonger) range = bound;
          else {
            code -= bound;
            range -= bound;
          }
          learn(all, base + length, isLonger ? 1 : 0);
          bits = (Math.clz32(range) - 1) & 24;
          code = (code << bits) | ((view.getInt32(at) >>> 1) >>> (31 - bits));
          range <<= bits;
          at += bits >> 3;
          if (!isLonger) break;
          if (++length > MOST_LENGTH) refuse();
        }
        let value = 1;
        let rest = length;
        for (; rest > 0 && value < 8; rest--) {
          const chance = base + 32 + length * 8 + value;
          bound = Math.imul(range >>> 15, (all[chance]! >>> 17) | 1);
          const is = (code - bound) >> 31;
          learn(all, chance, -is);
          value = value * 2 - is;
          code -= bound & ~is;
          range = (bound & is) | ((range - bound) & ~is);
          bits = (Math.clz32(range) - 1) & 24;
          code = (code << bits) | ((view.getInt32(at) >>> 1) >>> (31 - bits));
          range <<= bits;
          at += bits >> 3;
        }
        let word = 0;
        // The bits of the magnitude that are not learned, if there are any, and then the mantissa in two parts.
        for (let part = rest > 0 ? 0 : 1; part < 3; part++) {
          const some = part === 0 ? rest : part === 1 ? upper : lower;
          range >>>= some;
          const digits = (code / range) | 0;
          if (digits >> some !== 0) refuse();
          code -= Math.imul(digits, range);
          if (part === 0) value = (value << some) | digits;
          else word = (word << some) | digits;
          bits = (Math.clz32(range) - 1) & 24;
          code = (code << bits) | ((view.getInt32(at) >>> 1) >>> (31 - bits));
          range <<= bits;
          at += bits >> 3;
        }
        words[place] = (sign & isNegative) + ((largest - value) << mantissa) + (word << dropped);
      }
      place += inner;
      if (place >= size) place += 1 - size;
    }
    this.range = range;
    this.code = code;
    this.at = at;
  }

  private part(bound: number): number {
    const isOne = (this.code - bound) >> 31;
    this.code -= bound & ~isOne;
    this.range = (bound & isOne) | ((this.range - bound) & ~isOne);
    this.shift();
    return -isOne;
  }

  /** Takes so many bytes that the range is at least 2^23 again. */
  private shift(): void {
    const bits = (Math.clz32(this.range) - 1) & 24;
    this.code = (this.code << bits) | ((this.view.getInt32(this.at) >>> 1) >>> (31 - bits));
    this.range <<= bits;
    this.at += bits >> 3;
    if (this.at > this.last) this.arrive();
  }

  /** Waits until there are bytes for a float, with zeros behind the last ones. */
  private arrive(): void {
    if (this.isTail) refuse();
    const { bytes } = this.stream;
    const { count, ended } = this.stream.moreThan(this.at + ROOM - 1);
    this.last = count - ROOM;
    if (!ended) return;
    const end = count - this.after;
    this.last = end - ROOM;
    if (this.at <= this.last) return;
    // A decision that needs more than these zeros is none that was written.
    const rest = bytes.subarray(Math.min(this.at, end), end);
    const tail = new Uint8Array(rest.byteLength + BEHIND + ROOM);
    tail.set(rest);
    this.view = new DataView(tail.buffer);
    this.last = rest.byteLength + BEHIND - Math.max(0, this.at - end);
    this.at = 0;
    this.isTail = true;
  }
}
