import type { Channels, KernelChannels } from '../../model/kernel-channels';
import type { ChannelNumbers, Levels } from './constraint';

/** Largest number of steps from 0. */
const MOST_STEPS = 255;
/** Largest relative error of a value that counts as rounding of its product. */
const ROUNDING = 2 ** -22;
/** A tensor is not on a grid by chance where the chance is below 10 to the power of minus this. */
const EVIDENCE = 9;

/** Steps of one channel. */
interface ChannelSteps {
  readonly step: number;
  readonly least: number;
  readonly most: number;
  /** The negative decimal logarithm of the chance that free weights are such multiples. */
  readonly evidence: number;
}

/**
 * Finds the step of each channel of which all its weights are whole multiples, up to rounding; undefined where there is
 * none.
 * @param evidence the negative decimal logarithm of the chance that is allowed; 0 for weights that are known to be on a grid
 */
export function levelsOf(data: Float32Array, channels: KernelChannels, evidence = EVIDENCE): Levels | undefined {
  const found: ChannelSteps[] = [];
  for (let channel = 0; channel < channels.count; channel++) {
    const steps = stepsOf(data, channel, channels);
    if (!steps) return undefined;
    found.push(steps);
  }
  if (found.reduce((sum, one) => sum + one.evidence, 0) < evidence) return undefined;
  let [width, low, high] = [1, 0, 0];
  for (const { least, most } of found) {
    width = Math.max(width, most - least + 1);
    low = Math.min(low, least);
    high = Math.max(high, most);
  }
  // A grid that is the same for all channels need not be used to its ends in each of them.
  const isCommon = high - low + 1 <= 2 ** Math.ceil(Math.log2(width));
  const numbers = (pick: (channel: ChannelSteps) => number): ChannelNumbers => ({
    shape: channels.shape,
    values: Float32Array.from(found, pick),
  });
  return {
    kind: 'levels',
    step: numbers(({ step }) => step),
    least: numbers(({ least }) => (isCommon ? low : least)),
    most: numbers(({ most }) => (isCommon ? high : most)),
  };
}

function stepsOf(data: Float32Array, channel: number, { count, inner }: Channels): ChannelSteps | undefined {
  const sizes = new Set<number>();
  let [low, high, step] = [0, 0, 0];
  for (let start = channel * inner; start < data.length; start += count * inner)
    for (let i = start; i < start + inner; i++) {
      const value = data[i]!;
      const size = Math.abs(value);
      if (!Number.isFinite(size)) return undefined;
      if (value < low) low = value;
      if (value > high) high = value;
      if (size === 0 || sizes.has(size)) continue;
      sizes.add(size);
      step = commonStep(step, size);
      const largest = Math.max(-low, high);
      const most = Math.round(largest / step);
      if (most > MOST_STEPS) return undefined;
      // The largest value tells the step best; errors of divisors would add up.
      step = largest / most;
    }
  if (step === 0) return { step: 1, least: 0, most: 0, evidence: 0 };
  const fine = Math.fround(step);
  for (const size of sizes) {
    const level = Math.round(size / fine);
    if (level === 0 || Math.abs(size - level * fine) > 2 * ROUNDING * size) return undefined;
  }
  return {
    step: fine,
    least: Math.round(low / fine),
    most: Math.round(high / fine),
    evidence: evidenceOf(sizes.size, Math.round(Math.max(-low, high) / fine)),
  };
}

/** A second size is any of most^2 fractions of the first, each further one any of `most` multiples of the step. */
function evidenceOf(sizes: number, most: number): number {
  const chance = (places: number): number => Math.max(0, -Math.log10(places * 4 * ROUNDING));
  return sizes < 2 ? 0 : chance(most * most) + (sizes - 2) * chance(most);
}

/** The greatest common divisor of two sizes by Euclid, up to rounding; tiny where they have none. */
function commonStep(one: number, other: number): number {
  let [a, b] = [Math.max(one, other), Math.min(one, other)];
  const smallest = a * ROUNDING * MOST_STEPS;
  while (b > smallest) [a, b] = [b, Math.abs(a - Math.round(a / b) * b)];
  return a;
}
