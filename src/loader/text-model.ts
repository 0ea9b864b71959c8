import { chances, learn } from './chances';
import type { RangeDecoder } from './range-decoder';

/** Predicts a text bit by bit. */
export interface TextModel {
  /** Returns the probability in 1/4096 that the next bit is 1, from 1 to 4095. */
  readonly chance: () => number;
  /** Takes the bit that `chance` was asked for. */
  readonly take: (bit: number) => void;
  /** Returns so many bytes from the end. */
  readonly last: (count: number) => Uint8Array<ArrayBuffer>;
}

/** Inputs: contexts of 0, 2 and 4 bytes, and last the byte that followed the same 5 bytes before. */
const REPEATED = 3;
const SAME = 5;
/** Bits of the places of an input. */
const PLACES = 16;

/**
 * The probability in 1/4096 of each logit in 1/256, from -8. No value is so near to a half that another exponential
 * function would round it otherwise.
 */
const squashed = Int16Array.from({ length: 4096 }, (_, i) => Math.round(4096 / (1 + Math.exp(8 - i / 256))));
/** The logit of each probability. */
let logit = -2048;
const stretched = squashed.map((_, chance) => {
  while (squashed[logit + 2048]! < chance) logit++;
  return logit;
});

const mixed = (hash: number, value: number): number => {
  const product = Math.imul(hash + value + 1, 0x2c1b3c6d);
  return product ^ (product >>> 15);
};

/**
 * Returns a model that mixes the probabilities of its inputs, with weights that it learns.
 * @param capacity bytes of all texts together
 */
export function textModel(capacity: number): TextModel {
  const states = chances((REPEATED + 1) << PLACES);
  const weights = [0, 0, 0, 0].fill(20_000);
  const slots: number[] = [];
  const logits: number[] = [];
  const hashes = [0, 0, 0];
  const lastAt: number[] = [];
  const bytes = new Uint8Array(capacity);
  let length = 0;
  /** The bits of the byte so far, after a leading 1. */
  let node = 1;
  let bitsLeft = 8;
  /** Where the repetition goes on, its bytes so far, and the byte that it expects, after a leading 1. */
  let from = 0;
  let repeated = 0;
  let expected = 0;
  let chance = 0;

  /** Hashes the last bytes. */
  const hashOf = (count: number): number => {
    let hash = count;
    for (; count; count--) hash = mixed(hash, bytes[length - count] ?? 0);
    return hash;
  };

  return {
    chance: () => {
      const expects = expected >> bitsLeft === node;
      let sum = 0;
      for (let i = 0; i <= REPEATED; i++) {
        const place =
          i < REPEATED
            ? mixed(hashes[i]!, node) >>> (32 - PLACES)
            : expects
              ? Math.min(repeated, 31) * 2 + ((expected >> (bitsLeft - 1)) & 1)
              : 0;
        const slot = (slots[i] = (i << PLACES) + place);
        sum += (logits[i] = stretched[states[slot]! >>> 20]!) * weights[i]!;
      }
      return (chance = squashed[Math.min(4095, Math.max(0, (sum / 65_536 + 2048) | 0))]!);
    },
    take: (bit) => {
      const error = (bit * 4096 - chance) * 3;
      for (let i = 0; i <= REPEATED; i++) {
        weights[i]! += (logits[i]! * error + 8192) >> 14;
        // The first place of the last input stands for no repetition: it stays one half.
        if (slots[i] !== REPEATED << PLACES) learn(states, slots[i]!, bit, i < REPEATED ? 30 : 255);
      }
      node = node * 2 + bit;
      if (--bitsLeft) return;
      repeated = node === expected ? repeated + 1 : 0;
      from++;
      bytes[length++] = node;
      node = 1;
      bitsLeft = 8;
      hashes.forEach((_, i) => (hashes[i] = hashOf(i * 2)));
      const key = hashOf(SAME) & 0xffff;
      const before = lastAt[key];
      if (!repeated && before) {
        repeated = 1;
        from = before;
      }
      lastAt[key] = length;
      expected = repeated && bytes[from]! + 256;
    },
    last: (count) => bytes.slice(length - count, length),
  };
}

/** Decodes so many bytes. @throws Error */
export function readText({ among }: RangeDecoder, model: TextModel, count: number): Uint8Array<ArrayBuffer> {
  for (let i = 0; i < count * 8; i++) model.take(among(model.chance(), 4096));
  return model.last(count);
}
