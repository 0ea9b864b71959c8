/** Bins of the table in which the nearest value is looked up. */
const BINS = 4096;

/** Returns a function that finds the index of the nearest of some ascending values, the lower of two as near. */
export function nearestOf(values: Float32Array): (weight: number) => number {
  const last = values.length - 1;
  const least = values[0] ?? 0;
  const width = ((values[last] ?? 0) - least) / BINS;
  // The nearest value at the lower end of each bin between the values.
  const starts = new Uint16Array(BINS);
  let place = 0;
  const isNearer = (next: number, weight: number): boolean => weight - values[next - 1]! > values[next]! - weight;
  for (let bin = 0; bin < BINS; bin++) {
    while (place < last && isNearer(place + 1, least + (bin - 1) * width)) place++;
    starts[bin] = place;
  }
  return (weight) => {
    if (!(weight > least)) return 0;
    let at = starts[Math.min(BINS - 1, Math.floor((weight - least) / width))]!;
    while (at < last && isNearer(at + 1, weight)) at++;
    return at;
  };
}
