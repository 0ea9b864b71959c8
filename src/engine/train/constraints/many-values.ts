import type { Tensor } from '../../checkpoint/types';
import { piecesOf, valuesOf } from '../../checkpoint/values';
import type { Channels } from '../../model/kernel-channels';

/** Most values of a channel, sign left out, that numbers of 8 bits, signs or a codebook give it. */
const MOST_IN_CHANNEL = 256;

/** Returns true where the first channel of a tensor has more than 256 different absolute values; reads no more than shows it. */
export function hasMany(tensor: Tensor, channels: Channels): boolean {
  const key = `${channels.count}/${channels.inner}`;
  const answers = known.get(tensor) ?? new Map<string, boolean>();
  known.set(tensor, answers);
  const answer = answers.get(key) ?? lookForMany(tensor, channels);
  answers.set(key, answer);
  return answer;
}

/** Answers by channels. Tensors are never changed in place, so each is looked at once. */
const known = new WeakMap<Tensor, Map<string, boolean>>();

/** Rows of so many values are skipped by reading one value of each: 4 KiB, a page of a file. */
const LONG_ROW = 1024;

function lookForMany(tensor: Tensor, channels: Channels): boolean {
  const found = new Set<number>();
  const { count, inner } = channels;
  const all = count * inner;
  const { strided } = valuesOf(tensor);
  if (strided && inner === 1 && all >= LONG_ROW) {
    for (const value of strided(all)) {
      found.add(Math.abs(value));
      if (found.size > MOST_IN_CHANNEL + 1) return true;
    }
    return false;
  }
  let start = 0;
  for (const piece of piecesOf(tensor)) {
    // The first channel has the first `inner` of each `all` elements.
    for (let row = -(start % all); row < piece.length; row += all)
      for (let i = Math.max(0, row); i < Math.min(piece.length, row + inner); i++) {
        found.add(Math.abs(piece[i]!));
        if (found.size > MOST_IN_CHANNEL + 1) return true;
      }
    start += piece.length;
  }
  return false;
}

/** The table of the last search: new memory takes longer than the search. */
let table = new Int32Array(0);

/**
 * Returns true where a tensor of floats has more than `most` different patterns of bits other than 0; reads no more than
 * shows it.
 */
export function hasMoreWords(tensor: Tensor, most: number): boolean {
  if (valuesOf(tensor).length <= most) return false;
  // Open addressing: a set of as many numbers is slower by far. An empty place holds 0.
  const digits = Math.ceil(Math.log2(2 * (most + 1)));
  const size = 2 ** digits;
  if (table.length === size) table.fill(0);
  else table = new Int32Array(size);
  let found = 0;
  for (const piece of piecesOf(tensor)) {
    const words = new Int32Array(piece.buffer, piece.byteOffset, piece.length);
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      if (word === 0) continue;
      let place = Math.imul(word, 0x9e37_79b1) >>> (32 - digits);
      while (table[place] !== 0 && table[place] !== word) place = (place + 1) & (size - 1);
      if (table[place] === word) continue;
      table[place] = word;
      if (++found > most) return true;
    }
  }
  return false;
}
