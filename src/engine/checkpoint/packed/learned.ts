import { STEADY } from '../../../loader/chances';

/**
 * The share of its error that a probability loses, by how often it was learned; a little more, so that a whole quotient stays
 * whole: products are cut to whole numbers.
 */
const SHARES = Float64Array.from({ length: 1024 }, (_, seen) => (1 + 2 ** -45) / (seen + 1.5));

/** Returns the state of a probability after a decision, as `learn` has it, by a product: a quotient is slow. */
export function learned(state: number, bit: number): number {
  const seen = state & 1023;
  return state + ((((bit << 22) - (state >>> 10)) * SHARES[seen]!) << 10) + (seen < STEADY ? 1 : 0);
}
