import type { TensorData } from '../checkpoint/types';

/** Bins of equal width, one of which begins at 0. */
export interface Bins {
  readonly start: number;
  readonly width: number;
  /** Numbers of bins below and above 0. */
  readonly below: number;
  readonly above: number;
}

/** Bins of |w|, fine enough for the page to count a moving threshold. */
const MAGNITUDE_BINS = 1024;

/** Divides the bins between both sides of 0 by their share of the range, at least one for a side that has values. */
export function binsOver(min: number, max: number, bins: number): Bins {
  const below =
    min >= 0 ? 0 : max <= 0 ? bins : Math.min(bins - 1, Math.max(1, Math.round((bins * -min) / (max - min))));
  const above = bins - below;
  const width = Math.max(below ? -min / below : 0, above ? max / above : 0) || 1 / bins;
  return { start: below ? -below * width : 0, width, below, above };
}

/** Counts of finite nonzero values by bin, and by their absolute value. */
export interface BinCounts {
  readonly counts: Uint32Array;
  readonly magnitudes: Uint32Array;
}

/** Makes counts of 0. */
export const noCounts = ({ below, above }: Pick<Bins, 'below' | 'above'>): BinCounts => ({
  counts: new Uint32Array(below + above),
  magnitudes: new Uint32Array(MAGNITUDE_BINS),
});

/**
 * Adds values to counts. Those that are 0, infinite or no number count as 0 does: `leaveOut` takes them away.
 * @param extent largest absolute value of the range; all finite values are in the range
 */
export function addTo(
  { counts, magnitudes }: BinCounts,
  data: TensorData,
  { below, above, width }: Omit<Bins, 'start'>,
  extent: number,
): void {
  // There is no branch, which no processor foretells. Rounding may put the ends of the range beyond it, by one bin.
  const bins = below + above;
  const found = new Uint32Array(bins + 2);
  const sizes = new Uint32Array(MAGNITUDE_BINS + 1);
  const first = below + 1;
  const perMagnitude = extent > 0 ? MAGNITUDE_BINS / extent : 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    found[first + (Math.floor(value / width) | 0)]!++;
    sizes[(Math.abs(value) * perMagnitude) | 0]!++;
  }
  for (let i = 0; i < found.length; i++) counts[Math.min(bins - 1, Math.max(0, i - 1))]! += found[i]!;
  for (let i = 0; i < sizes.length; i++) magnitudes[Math.min(MAGNITUDE_BINS - 1, i)]! += sizes[i]!;
}

/** Takes values away that are 0, infinite or no number. @param times how many were added */
export function leaveOut({ counts, magnitudes }: BinCounts, { below }: Pick<Bins, 'below'>, times: number): void {
  if (times === 0) return;
  counts[Math.min(counts.length - 1, below)]! -= times;
  magnitudes[0]! -= times;
}
