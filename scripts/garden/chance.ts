import { Random } from '../../src/engine/dataset/random';

/** Draws numbers; the same seeds give the same numbers everywhere. */
export class Chance {
  readonly #random: Random;

  constructor(...seeds: readonly number[]) {
    this.#random = new Random(...seeds);
  }

  /** Draws a number from `low` up to `high`. */
  between(low: number, high: number): number {
    return low + ((high - low) * this.#random.uint32()) / 2 ** 32;
  }

  /** Draws a whole number from `low` to `high`. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** Draws one of several. */
  one<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.whole(0, choices.length - 1)] ?? choices[0];
  }
}
