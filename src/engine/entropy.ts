/**
 * Computes the zero-order entropy of symbols, in bits for all of them: the fewest that tell them apart if each is coded by itself.
 * @param counts how often each symbol occurs
 */
export function entropyBits(counts: Iterable<number>): number {
  const given = [...counts].filter((count) => count > 0);
  const all = given.reduce((sum, count) => sum + count, 0);
  return given.reduce((bits, count) => bits + count * Math.log2(all / count), 0);
}
