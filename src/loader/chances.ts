/** Decisions after which a probability stops to be a plain average of what was seen: it then forgets slowly. */
export const STEADY = 255;

/**
 * Probabilities of decisions, each with how often it was learned: 22 and 10 bits of a number. Whole numbers only, and
 * so the same everywhere.
 */
export type Chances = Uint32Array;

/** Returns so many probabilities, each one half. */
export const chances = (count: number): Chances => new Uint32Array(count).fill(2 ** 31);

/**
 * Learns a decision, and returns it.
 * @param bit 0 or 1
 * @param steady decisions that are averaged
 */
export function learn(all: Chances, at: number, bit: number, steady = STEADY): number {
  const state = all[at]!;
  const seen = state & 1023;
  all[at] = state + ((((bit << 22) - (state >>> 10)) / (seen + 1.5)) << 10) + (seen < steady ? 1 : 0);
  return bit;
}
