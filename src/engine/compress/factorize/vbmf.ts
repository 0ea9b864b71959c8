/** Variances of the noise that are tried. */
const STEPS = 500;

/**
 * Finds the rank of a matrix by variational Bayes, without any setting: the number of singular values that stand out of the
 * noise. This is the analytic solution of Nakajima et al. (2013), with the noise that explains the rest best.
 * @param squares the squares of all singular values, in descending order
 * @param rows fewer than or as many as `columns`
 */
export function vbmfRank(squares: Float64Array, rows: number, columns: number): number {
  const alpha = rows / columns;
  const least = 2.5129 * Math.sqrt(alpha);
  const limit = (1 + least) * (1 + alpha / least);
  const total = squares.reduce((sum, one) => sum + one, 0);
  if (!(total > 0)) return 0;
  /** The free energy, but for a constant, of noise of a variance. */
  const energy = (variance: number): number => {
    let sum = 0;
    for (const square of squares) {
      const x = Math.max(square, total * 1e-14) / (columns * variance);
      if (x <= limit) sum += x - Math.log(x);
      else {
        const half = x - (1 + alpha);
        const tau = (half + Math.sqrt(half * half - 4 * alpha)) / 2;
        sum += x - tau + Math.log((tau + 1) / x) + alpha * Math.log(tau / alpha + 1);
      }
    }
    return sum;
  };
  const most = Math.min(Math.ceil(rows / (1 + alpha)) - 1, rows) - 1;
  const rest = squares.subarray(Math.max(0, most + 1));
  const mean = rest.length === 0 ? 0 : rest.reduce((sum, one) => sum + one, 0) / rest.length;
  const lower = Math.max((rest[0] ?? 0) / (columns * limit), mean / columns, (total * 1e-12) / (rows * columns));
  const upper = Math.max(total / (rows * columns), lower);
  // The energy may have several valleys, so all of the range is looked at.
  let best = { variance: upper, energy: energy(upper) };
  for (let i = 0; i < STEPS; i++) {
    const variance = lower * (upper / lower) ** (i / STEPS);
    const found = energy(variance);
    if (found < best.energy) best = { variance, energy: found };
  }
  const threshold = columns * best.variance * limit;
  return squares.filter((one) => one > threshold).length;
}
