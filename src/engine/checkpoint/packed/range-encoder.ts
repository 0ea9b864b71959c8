import { learn, type Chances } from '../../../loader/chances';

/** Three bytes: the decoder begins with as many. */
const RANGE = 2 ** 24;
const LEAST = 1 << 23;
const WORD = 2 ** 32;

/** Writes decisions that `RangeDecoder` reads again. */
export class RangeEncoder {
  private bytes = new Uint8Array(1024);
  private length = 0;
  private range = RANGE;
  /** The low end of the range, below 2^32, and above that while a carry waits. */
  private low = 0;
  /** The last byte that a carry can still change, and bytes of 255 after it. The first one is no part of the stream. */
  private held = -1;
  private full = 0;
  private started = false;

  /** Encodes a decision whose probability is learned. @param bit 0 or 1 */
  bit(all: Chances, at: number, bit: number): void {
    this.part(this.range >>> 15, (all[at]! >>> 17) | 1, bit);
    learn(all, at, bit);
  }

  /** Encodes a decision that is 1 in `share` of `whole` cases. */
  among(share: number, whole: number, bit: number): void {
    this.part(Math.floor(this.range / whole), share, bit);
  }

  /** Encodes a number of `bits` bits, each of which is as likely 0 as 1. */
  raw(bits: number, value: number): void {
    for (let left = bits; left > 0; left -= 12) {
      const some = Math.min(left, 12);
      this.range >>>= some;
      this.low += ((value >>> Math.max(0, left - 12)) & ((1 << some) - 1)) * this.range;
      this.shift();
    }
  }

  /** Ends the stream and returns its bytes. */
  finish(): Uint8Array {
    // Any value in the range will do: take that with most zeros at its end, which are not written.
    let last = this.low;
    for (let zeros = 24; zeros > 0; zeros -= 8) {
      const rounded = Math.ceil(this.low / 2 ** zeros) * 2 ** zeros;
      if (rounded < this.low + this.range) {
        last = rounded;
        break;
      }
    }
    this.low = last;
    for (let i = 0; i < 5; i++) this.put();
    let end = this.length;
    for (let i = 0; i < 4 && end > 0 && this.bytes[end - 1] === 0; i++) end--;
    return this.bytes.slice(0, end);
  }

  /** Bits so far, with what is in the range and not yet written. */
  get bits(): number {
    return (this.length + this.full) * 8 + 24 - Math.log2(this.range);
  }

  private part(unit: number, share: number, bit: number): void {
    const bound = unit * share;
    if (bit) this.range = bound;
    else {
      this.low += bound;
      this.range -= bound;
    }
    this.shift();
  }

  private shift(): void {
    while (this.range < LEAST) {
      this.range *= 256;
      this.put();
    }
  }

  private put(): void {
    const carry = this.low >= WORD ? 1 : 0;
    const low = this.low - carry * WORD;
    if (carry === 1 || low < 0xff00_0000) {
      if (this.started) this.write(this.held + carry);
      this.started = this.held >= 0;
      for (; this.full > 0; this.full--) this.write((255 + carry) & 255);
      this.held = Math.floor(low / 2 ** 24);
    } else this.full++;
    this.low = (low % 2 ** 24) * 256;
  }

  private write(byte: number): void {
    if (this.length === this.bytes.length) {
      const longer = new Uint8Array(this.length * 2);
      longer.set(this.bytes);
      this.bytes = longer;
    }
    this.bytes[this.length++] = byte;
  }
}
