import { learn, type Chances } from './chances';
import { refuse } from './refuse';

/** Decodes decisions from the bytes of a range coder. */
export interface RangeDecoder {
  /** Decodes a decision that is 1 in `share` of `whole` cases. Returns 0 or 1. @param whole from 1 to 65536 */
  readonly among: (share: number, whole: number) => number;
  /** Decodes a decision whose probability is learned. Returns 0 or 1. */
  readonly bit: (all: Chances, at: number) => number;
  /** Decodes a number of so many bits, each of which is as likely 0 as 1. @param bits 0 to 31 */
  readonly raw: (bits: number) => number;
}

/**
 * Returns a decoder of a part of a file. Its functions throw a sentence where the stream ends too early.
 * @param at where the stream begins
 * @param end where it ends
 */
export function rangeDecoder(bytes: Uint8Array, at: number, end: number): RangeDecoder {
  let range = 1;
  let code = 0;
  const refill = (): void => {
    // Between decisions the range is at least this, and below 2^31.
    while (range < 2 ** 23) {
      // The last bytes of the stream are left out where they are 0.
      if (at >= end + 8) refuse();
      range *= 256;
      code = (code << 8) | (at < end ? bytes[at]! : 0);
      at++;
    }
  };
  const part = (bound: number): number => {
    const bit = code < bound ? 1 : 0;
    if (bit) range = bound;
    else {
      code -= bound;
      range -= bound;
    }
    refill();
    return bit;
  };
  const among = (share: number, whole: number): number => part(((range / whole) | 0) * share);
  refill();
  return {
    among,
    bit: (all, at) => learn(all, at, part((range >>> 15) * ((all[at]! >>> 17) | 1))),
    raw: (bits) => {
      let value = 0;
      for (; bits > 0; bits -= 12) {
        const some = Math.min(bits, 12);
        range >>>= some;
        const digits = (code / range) | 0;
        if (digits >> some) refuse();
        code -= digits * range;
        value = (value << some) | digits;
        refill();
      }
      return value;
    },
  };
}
