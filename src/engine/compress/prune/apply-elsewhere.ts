import type { Tensor } from '../../checkpoint/types';
import { fieldsAlone, piecesOf, tensorOf, valuesOf, type Values } from '../../checkpoint/values';
import type { RankedLayer } from './ranking';
import { bitsFrom } from './scores-in-order';

/** The weights of a tensor that become 0: those of a size below a limit, and those of this size up to a place. */
export interface Cut {
  readonly below: number;
  /** Place of the last weight of this size that becomes 0; -1 where none does; undefined: `lookedFor` finds it. */
  readonly last: number | undefined;
  /** How many of this size become 0. */
  readonly ties: number;
}

/** A cut whose place is known. */
type Found = Cut & { readonly last: number };

/**
 * Describes which weights of the size `below` become 0. The place of the last of them is not looked for where the layer alone
 * tells how many there are.
 * @param ties how many of them become 0 in this tensor and in later ones
 * @param ranked the layer, where it has no other tensor that is pruned
 */
export function cutOf(tensor: Tensor, below: number, ties: number, ranked: RankedLayer | undefined): Cut {
  if (ties === 0) return { below, last: -1, ties };
  if (!ranked) return lookedFor(tensor, below, ties);
  const all = ranked.scores.countUpTo(below) - ranked.scores.countBelow(below);
  return { below, last: all === ties ? Infinity : undefined, ties };
}

/** The last cut of a tensor that was looked for: a run makes its plan twice. */
const cuts = new WeakMap<Tensor, { readonly below: number; readonly asked: number; readonly cut: Found }>();

function lookedFor(tensor: Tensor, below: number, ties: number): Found {
  const known = cuts.get(tensor);
  if (known?.below === below && known.asked === ties) return known.cut;
  const cut = inAllOf(tensor, below, ties);
  cuts.set(tensor, { below, asked: ties, cut });
  return cut;
}

function inAllOf(tensor: Tensor, below: number, ties: number): Found {
  let [found, start] = [0, 0];
  for (const piece of piecesOf(tensor)) {
    for (let i = 0; i < piece.length; i++)
      if (Math.abs(piece[i]!) === below && ++found === ties) return { below, last: start + i, ties };
    start += piece.length;
  }
  return { below, last: Infinity, ties: found };
}

/** Sets floats to 0 whose bits, sign left out, are a smaller number, without a branch, which no processor foretells. */
function zeroBelow(words: Int32Array, bits: number): void {
  const last = bits - 1;
  // The difference is below 0, and its sign fills the mask, where a word stays.
  for (let i = 0; i < words.length; i++) words[i]! &= (last - (words[i]! & 0x7fff_ffff)) >> 31;
}

/** Returns true where floats hold one with these bits, sign left out. */
function holds(words: Int32Array, bits: number): boolean {
  for (let i = 0; i < words.length; i++) if ((words[i]! & 0x7fff_ffff) === bits) return true;
  return false;
}

/** Cuts the first of each `step` values, in order. @param last as that of a cut */
function* cutEach(values: Iterable<number>, step: number, below: number, last: () => number): Generator<number> {
  let place = 0;
  for (const value of values) {
    const size = Math.abs(value);
    yield size < below || (size === below && place <= last()) ? 0 : value;
    place += step;
  }
}

/** Makes a tensor whose values are read from those of another, and then cut. */
export function prunedElsewhere(tensor: Tensor, { below, ties, ...cut }: Cut): Tensor {
  const values = valuesOf(tensor);
  const kept = bitsFrom(below);
  // Bits of the smallest float32 above `below`, where that is one.
  const above = kept + (Math.fround(below) === below ? 1 : 0);
  let { last } = cut;
  const lastPlace = (): number => (last ??= lookedFor(tensor, below, ties).last);
  const { strided } = values;
  const pruned: Values = {
    length: values.length,
    ...(strided ? { strided: (step: number) => cutEach(strided(step), step, below, lastPlace) } : {}),
    range(start, end, room) {
      // Values that are elsewhere are read into memory of their own.
      const data = values.range(start, end, room);
      const words = new Int32Array(data.buffer, data.byteOffset, data.length);
      // To look for the place reads much of the tensor. A few samples of it seldom hold a weight of this very size.
      if (last === undefined && holds(words, kept)) lastPlace();
      const tied = Math.max(0, Math.min(data.length, (last ?? -1) + 1 - start));
      zeroBelow(words.subarray(0, tied), above);
      zeroBelow(words.subarray(tied), kept);
      return data;
    },
  };
  return tensorOf(fieldsAlone(tensor), pruned);
}
