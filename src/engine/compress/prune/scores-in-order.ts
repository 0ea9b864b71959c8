import { SIZE_SHIFT, SIZES, type FloatSurvey } from '../../checkpoint/survey';
import type { Tensor } from '../../checkpoint/types';
import { piecesOf } from '../../checkpoint/values';
import { atOnce, inSteps } from '../../pause';
import { Sharing } from './sharing-job';
import { countBelow, countUpTo } from './sorted';

/** The scores of a layer in rising order: float32, 0 or more. */
export interface ScoresInOrder {
  readonly length: number;
  /** Counts the scores below `value`. */
  countBelow(value: number): number;
  /** Counts the scores up to and including `value`. */
  countUpTo(value: number): number;
  /** Returns a score by its place, 0 to `length` - 1. */
  at(place: number): number;
  /** Puts all scores in order now, so that no later question reads them; absent where they are. Other work runs meanwhile. */
  putInOrder?(): Promise<void>;
}

/** Scores that are in memory, ascending. */
export const inMemory = (sorted: Float32Array): ScoresInOrder => ({
  length: sorted.length,
  countBelow: (value) => countBelow(sorted, value),
  countUpTo: (value) => countUpTo(sorted, value),
  at: (place) => sorted[place]!,
});

const LOW_BITS = 2 ** SIZE_SHIFT - 1;
const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

const OTHER = 'the survey of a tensor is not that of its values';

/** After so many different questions about a tensor all its weights are put in order: somebody moves a threshold. */
const ASKED_FIRST = 2;

/**
 * The absolute values of tensors that are elsewhere, as scores. Numbers of 0 or more are in the order of their bits: the
 * survey counts them by the upper 16, and those that share these are read when they are asked for, with their lower 15.
 */
export class SizesInOrder implements ScoresInOrder {
  readonly length: number;
  /** How many scores have smaller upper bits, for each pattern of these. */
  readonly #before = new Float64Array(SIZES + 1);
  /** Lower bits of the scores with the same upper ones, ascending. */
  readonly #known = new Map<number, Uint16Array>();
  /** Lower bits of all scores, those with the same upper ones together. */
  #all: Uint16Array | undefined;
  #ordering: Promise<void> | undefined;

  constructor(
    readonly tensors: readonly Tensor[],
    surveys: readonly FloatSurvey[],
  ) {
    for (const { sizes } of surveys)
      for (let place = 0; place < SIZES; place++) this.#before[place + 1]! += sizes[place]!;
    for (let place = 0; place < SIZES; place++) this.#before[place + 1]! += this.#before[place]!;
    this.length = this.#before[SIZES]!;
  }

  countBelow(value: number): number {
    return value > 0 ? this.#countBelowBits(bitsFrom(value)) : 0;
  }

  countUpTo(value: number): number {
    return value < 0 ? 0 : this.#countBelowBits(bitsFrom(value) + (Math.fround(value) === value ? 1 : 0));
  }

  at(place: number): number {
    const upper = this.upperAt(place);
    bits[0] = upper * (LOW_BITS + 1) + this.#sharing(upper)[place - this.#before[upper]!]!;
    return floats[0]!;
  }

  /** Returns the upper bits of a score by its place, without reading it. */
  upperAt(place: number): number {
    let [low, high] = [0, SIZES];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#before[middle + 1]! > place) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Returns true where all weights would be read for the scores with these upper bits, and no others. */
  isUnread(upper: number): boolean {
    const isEmpty = this.#before[upper + 1] === this.#before[upper];
    return !isEmpty && !this.#known.has(upper) && this.#known.size < ASKED_FIRST && !this.#all;
  }

  /** Keeps the lower bits of all scores with these upper ones. @param parts in any order */
  learn(upper: number, parts: readonly Uint16Array[]): void {
    const found = new Uint16Array(this.#before[upper + 1]! - this.#before[upper]!);
    let filled = 0;
    for (const part of parts) {
      found.set(part, filled);
      filled += part.length;
    }
    if (filled !== found.length) throw new Error(OTHER);
    this.#known.set(upper, found.sort());
  }

  putInOrder(): Promise<void> {
    this.#ordering ??= this.#readAllInSteps();
    return this.#ordering;
  }

  async #readAllInSteps(): Promise<void> {
    try {
      // A caller that leaves does not end it: the next one asks for the same.
      this.#all ??= await inSteps(this.#allInSteps(), undefined);
    } finally {
      this.#ordering = undefined;
    }
  }

  /** Counts the scores whose bits are a smaller number. */
  #countBelowBits(pattern: number): number {
    const upper = Math.floor(pattern / (LOW_BITS + 1));
    const lower = pattern & LOW_BITS;
    if (upper >= SIZES) return this.length;
    const before = this.#before[upper]!;
    if (lower === 0 || this.#before[upper + 1] === before) return before;
    return before + firstFrom(this.#sharing(upper), lower);
  }

  /** Returns the lower bits of the scores with these upper ones, ascending. */
  #sharing(upper: number): Uint16Array {
    const known = this.#known.get(upper);
    if (known) return known;
    if (this.#known.size >= ASKED_FIRST) this.#all ??= atOnce(this.#allInSteps());
    if (this.#all) this.learn(upper, [this.#all.subarray(this.#before[upper], this.#before[upper + 1])]);
    else {
      const sharing = new Sharing(upper);
      for (const tensor of this.tensors)
        for (const piece of piecesOf(tensor)) sharing.add(new Int32Array(piece.buffer, piece.byteOffset, piece.length));
      this.learn(upper, [sharing.found()]);
    }
    return this.#known.get(upper)!;
  }

  *#allInSteps(): Generator<void, Uint16Array> {
    const all = new Uint16Array(this.length);
    const next = Float64Array.from(this.#before);
    for (const tensor of this.tensors)
      for (const piece of piecesOf(tensor)) {
        const words = new Int32Array(piece.buffer, piece.byteOffset, piece.length);
        for (let i = 0; i < words.length; i++) {
          const size = words[i]! & 0x7fff_ffff;
          all[next[size >>> SIZE_SHIFT]!++] = size & LOW_BITS;
        }
        yield;
      }
    return all;
  }
}

/** Returns the bits of the smallest float32 that is not below a positive number; those of infinity beyond all. */
export function bitsFrom(value: number): number {
  // Adding 0 makes -0 to 0, whose bits are 0.
  floats[0] = value + 0;
  return floats[0] < value ? bits[0]! + 1 : bits[0]!;
}

/** Returns the first place of a number that is not below `value` in an ascending array. */
function firstFrom(sorted: Uint16Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
