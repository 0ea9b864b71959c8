import type { Histogram } from '../../protocol/measure';

/** The weights for a threshold: their number, and the number below it. */
export interface Distribution {
  /** The number of weights that a share counts. */
  count: number;
  /** The largest |w| that a threshold can reach. */
  max: number;
  /** The standard deviation of the ranked weights. */
  std: number;
  /** The number of zeros if all weights with |w| < threshold became 0. */
  zerosBelow(threshold: number): number;
}

const cumulated = new WeakMap<Histogram, Float64Array>();

/** cumulative[i]: the number of weights with 0 < |w| below the lower edge of magnitude bin i. */
function cumulative(histogram: Histogram): Float64Array {
  let sums = cumulated.get(histogram);
  if (!sums) {
    const { counts } = histogram.magnitudes;
    sums = new Float64Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) sums[i + 1] = sums[i]! + counts[i]!;
    cumulated.set(histogram, sums);
  }
  return sums;
}

/** The number of weights that are 0 or have |w| below the threshold. Within a magnitude bin they count as evenly spread. */
export function zerosBelow(histogram: Histogram, threshold: number): number {
  const { max, counts } = histogram.magnitudes;
  if (!(threshold > 0) || counts.length === 0 || max <= 0) return histogram.zeros;
  const sums = cumulative(histogram);
  if (threshold > max) return histogram.zeros + sums[counts.length]!;
  const position = (threshold / max) * counts.length;
  const bin = Math.min(counts.length - 1, Math.floor(position));
  return histogram.zeros + sums[bin]! + Math.round((position - bin) * counts[bin]!);
}

/** The weights of one layer. */
export function layerDistribution(histogram: Histogram): Distribution {
  return {
    count: histogram.count,
    max: histogram.magnitudes.max,
    std: histogram.std,
    zerosBelow: (threshold) => zerosBelow(histogram, threshold),
  };
}

/** The smallest threshold (to 40 halvings) with at least `wanted` zeros; `max` if there are fewer weights. */
export function thresholdForZeros(distribution: Distribution, wanted: number): number {
  if (distribution.zerosBelow(0) >= wanted) return 0;
  let low = 0;
  let high = distribution.max;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (distribution.zerosBelow(middle) >= wanted) high = middle;
    else low = middle;
  }
  return high;
}
