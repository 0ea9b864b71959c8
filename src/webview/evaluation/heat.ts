/**
 * How strongly a cell of a confusion matrix is coloured, 0 to 1: by the square root of its share of the row, so that a
 * mistake made in 1% of cases is seen beside a diagonal of 95%.
 */
export function heat(samples: number, row: readonly number[]): number {
  const all = row.reduce((sum, each) => sum + each, 0);
  return all > 0 ? Math.sqrt(samples / all) : 0;
}
