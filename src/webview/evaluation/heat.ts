/**
 * The colour strength of a cell of a confusion matrix, 0 to 1: the square root of its share of the row. So a mistake in 1%
 * of cases is visible beside a diagonal of 95%.
 */
export function heat(samples: number, row: readonly number[]): number {
  const all = row.reduce((sum, each) => sum + each, 0);
  return all > 0 ? Math.sqrt(samples / all) : 0;
}
