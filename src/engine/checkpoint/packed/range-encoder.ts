import type { Chances } from '../../../loader/chances';
import type { Words } from '../../../loader/weights-decoder';
import { learned } from './learned';

/** Three bytes: the decoder begins with as many. */
const RANGE = 2 ** 24;

/** Bytes that are free before the next decision, more than those of a float. */
const ROOM = 64;

/** Floats as they are stored. */
export interface FloatWords {
  /** The mantissa is in the lowest bits of a word; `dropped` of these are always 0. Above it are exponent and sign. */
  readonly words: Words;
  readonly mantissa: number;
  readonly dropped: number;
}

/** The decisions of each sign and exponent: in the row of both, from its start up to that of the next row. */
export interface Steps {
  readonly starts: Uint32Array;
  /** Place of a probability, and the lowest bit is the decision. */
  readonly steps: Uint32Array;
  /** In each row how many lower bits of `values` follow, which are as likely 0 as 1. */
  readonly rests: Uint8Array;
  readonly values: Uint32Array;
}

/** A line in the order of a scan. */
export interface Line {
  /** The first place, and how far the next one is; behind the end it goes on at the beginning, one place further. */
  readonly place: number;
  readonly inner: number;
  readonly length: number;
  /** Nonzeros. */
  readonly count: number;
}

/** Where the bytes of a stream go. */
export interface EncoderRoom {
  /** Bytes that are left free before the stream. */
  readonly before?: number;
  /** Bytes that are expected: more are possible, and take time. Memory that is not written is not taken. */
  readonly expected?: number;
  /** Memory that others read meanwhile, instead: more bytes than it has are not possible. */
  readonly shared?: SharedRoom | undefined;
  /** Bytes are counted and forgotten, for `bits`. */
  readonly counted?: boolean;
}

/** Memory for a stream of which others read what is final. */
export interface SharedRoom {
  readonly bytes: Uint8Array;
  /** Hears how many bytes from the first one will not change any more, but for those of `before`. */
  readonly tell: (final: number) => void;
}

/** A stream was longer than the memory that was given for it. */
export class OutgrownError extends Error {
  constructor() {
    super('The packed weights take more memory than was expected.');
  }
}

/** Bytes after which others hear that they are final. */
const TOLD = 1024 * 1024;

/** Writes decisions that `RangeDecoder` reads again, in whole numbers of 32 bits. */
export class RangeEncoder {
  private bytes: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(this.bytes.buffer);
  /** Most bytes before which a float can be written. */
  private most = 0;
  private readonly before: number;
  private readonly counted: boolean;
  private readonly shared: SharedRoom | undefined;
  /** Where the stream begins, after a byte that is always 0 and no part of it. */
  private readonly start: number;
  private end: number;
  private forgotten = 0;
  private range = RANGE;
  /** The low end of the range, less its multiples of 2^32, which were carried to the bytes before. */
  private low = 0;

  constructor({ before = 0, expected = 1024, counted = false, shared }: EncoderRoom = {}) {
    this.before = before;
    this.counted = counted;
    this.shared = shared;
    this.start = Math.max(1, before);
    this.end = this.start - 1;
    if (shared) this.useShared(shared);
    else this.use(this.start + Math.max(2 * ROOM, expected));
  }

  /** Encodes a decision whose probability is learned. @param bit 0 or 1 */
  bit(all: Chances, at: number, bit: number): void {
    const state = all[at]!;
    this.part(Math.imul(this.range >>> 15, (state >>> 17) | 1), bit);
    all[at] = learned(state, bit);
  }

  /** Encodes a decision that is 1 in `share` of `whole` cases. @param whole from 1 to 65536 */
  among(share: number, whole: number, bit: number): void {
    this.part(Math.imul((this.range / whole) | 0, share), bit);
  }

  /** Encodes a number of `bits` bits, each of which is as likely 0 as 1. */
  raw(bits: number, value: number): void {
    for (let left = bits; left > 0; left -= 12) {
      const some = left < 12 ? left : 12;
      const digits = (left > 12 ? value >>> (left - 12) : value) & ((1 << some) - 1);
      this.range >>>= some;
      this.add(Math.imul(digits, this.range));
      this.shift();
    }
  }

  /**
   * Encodes floats: of each that is one of `count` in the `length` ones left, whether it is, its steps, and its mantissa.
   * The same as calls of `among`, `bit` and `raw`, but in one loop over local variables, which is several times faster.
   */
  floats(
    { words, mantissa, dropped }: FloatWords,
    { starts, steps, rests, values }: Steps,
    all: Chances,
    line: Line,
  ): void {
    const size = words.length;
    const mask = 2 ** mantissa - 1;
    const bits = mantissa - dropped;
    const { inner } = line;
    let { range, low, end, view } = this;
    let { place, count } = line;
    for (let left = line.length; count > 0; left--) {
      if (end > this.most) {
        this.end = end;
        this.makeRoom();
        ({ end, view } = this);
      }
      const word = words[place]!;
      if (count < left) {
        const bound = Math.imul((range / left) | 0, count);
        const is = word === 0 ? 0 : 1;
        const amount = bound & (is - 1);
        low = (low + amount) | 0;
        if (low >>> 0 < amount >>> 0) this.carry(end);
        range = ((range - bound) & (is - 1)) | (bound & -is);
        const put = (Math.clz32(range) - 1) >> 3;
        view.setUint32(end, low);
        low <<= put * 8;
        range <<= put * 8;
        end += put;
      }
      if (word !== 0) {
        count--;
        const row = word >>> mantissa;
        const last = starts[row + 1]!;
        for (let k = starts[row]!; k < last; k++) {
          const step = steps[k]!;
          const bit = step & 1;
          const state = all[step >>> 1]!;
          const bound = Math.imul(range >>> 15, (state >>> 17) | 1);
          all[step >>> 1] = learned(state, bit);
          const amount = bound & (bit - 1);
          low = (low + amount) | 0;
          if (low >>> 0 < amount >>> 0) this.carry(end);
          range = ((range - bound) & (bit - 1)) | (bound & -bit);
          const put = (Math.clz32(range) - 1) >> 3;
          view.setUint32(end, low);
          low <<= put * 8;
          range <<= put * 8;
          end += put;
        }
        // First the bits of the number that are not learned, if there are any, and then the mantissa.
        for (let part = rests[row] === 0 ? 1 : 0; part < 2; part++) {
          const value = part === 0 ? values[row]! : (word & mask) >>> dropped;
          for (let rest = part === 0 ? rests[row]! : bits; rest > 0; rest -= 12) {
            const some = rest < 12 ? rest : 12;
            const digits = (rest > 12 ? value >>> (rest - 12) : value) & ((1 << some) - 1);
            range >>>= some;
            const amount = Math.imul(digits, range);
            low = (low + amount) | 0;
            if (low >>> 0 < amount >>> 0) this.carry(end);
            const put = (Math.clz32(range) - 1) >> 3;
            view.setUint32(end, low);
            low <<= put * 8;
            range <<= put * 8;
            end += put;
          }
        }
      }
      place += inner;
      if (place >= size) place += 1 - size;
    }
    this.range = range;
    this.low = low;
    this.end = end;
  }

  /**
   * Ends the stream.
   * @param after bytes that are left free behind it
   * @param least bytes of the stream, which gets as many zeros
   * @returns the free bytes before it, its bytes, and the free bytes behind it
   */
  finish(after = 0, least = 0): Uint8Array {
    // Any value in the range will do: take that with most zeros at its end, which are not written.
    const low = this.low >>> 0;
    for (let zeros = 24; zeros > 0; zeros -= 8) {
      const rounded = Math.ceil(low / 2 ** zeros) * 2 ** zeros;
      if (rounded < low + this.range) {
        this.add(rounded - low);
        break;
      }
    }
    this.view.setUint32(this.end, this.low);
    this.end += 4;
    for (let i = 0; i < 4 && this.end > this.start && this.bytes[this.end - 1] === 0; i++) this.end--;
    const end = Math.max(this.end, this.start + least) + after;
    if (end > this.bytes.length) this.use(end);
    return this.bytes
      .fill(0, 0, this.start)
      .fill(0, this.end, end)
      .subarray(this.start - this.before, end);
  }

  /** Bits so far, with what is in the range and not yet written. */
  get bits(): number {
    const put = this.forgotten + this.end + 1 - this.start;
    // A last byte that a carry could change was not counted when the first files were packed, but a 255 was: codings are
    // chosen by that, and the same model gives the same bytes.
    const whole = put === 2 && this.bytes[this.start] === 255 ? 1 : Math.max(0, put - 2);
    return whole * 8 + 24 - Math.log2(this.range);
  }

  /** Without branches: bits of weights surprise a processor. */
  private part(bound: number, bit: number): void {
    this.add(bound & (bit - 1));
    this.range = ((this.range - bound) & (bit - 1)) | (bound & -bit);
    this.shift();
  }

  private add(amount: number): void {
    const low = (this.low + amount) | 0;
    this.low = low;
    if (low >>> 0 < amount) this.carry(this.end);
  }

  private carry(end: number): void {
    let at = end - 1;
    for (; this.bytes[at] === 255; at--) this.bytes[at] = 0;
    this.bytes[at]!++;
  }

  /** Puts so many bytes that the range is at least 2^23 again; those behind them are written again. */
  private shift(): void {
    const bytes = (Math.clz32(this.range) - 1) >> 3;
    this.view.setUint32(this.end, this.low);
    this.low <<= bytes * 8;
    this.range <<= bytes * 8;
    this.end += bytes;
    if (this.end > this.most) this.makeRoom();
  }

  private makeRoom(): void {
    if (this.counted) {
      this.forgotten += this.end - this.start;
      this.end = this.start;
      // No carry goes further.
      this.bytes[this.start - 1] = 0;
    } else if (this.shared) {
      this.shared.tell(this.final());
      this.useShared(this.shared);
    } else this.use(this.bytes.length * 2);
  }

  /** Returns the place before which no byte changes any more: a carry ends at the last that is not 255, and zeros may be cut off. */
  private final(): number {
    let at = this.end - 1;
    while (at > this.start && this.bytes[at] === 255) at--;
    while (at > this.start && this.bytes[at - 1] === 0) at--;
    return at;
  }

  private useShared({ bytes }: SharedRoom): void {
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    if (this.end > bytes.length - ROOM) throw new OutgrownError();
    this.most = Math.min(bytes.length - ROOM, this.end + TOLD);
  }

  private use(length: number): void {
    if (this.shared) throw new OutgrownError();
    const longer = new Uint8Array(length);
    longer.set(this.bytes);
    this.bytes = longer;
    this.view = new DataView(longer.buffer);
    this.most = length - ROOM;
  }
}
