import type { ComparedHistogram } from '../../protocol/measure/compare';
import { barHeight } from '../ui/scale';

/** The bins of both models without the far tails of both, as shares of each model's weights. */
export interface Shares {
  start: number;
  width: number;
  a: readonly number[] | null;
  b: readonly number[] | null;
}

const TAIL = 0.0005;

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Counts as shares of the model's own weights, zeros included, so that models of different widths can be compared. */
export function sharesOf({ start, width, a, b }: ComparedHistogram): Shares {
  const sides = [a, b].flatMap((side) => (side ? [side] : []));
  const bins = sides[0]?.counts.length ?? 0;
  const inside = (bin: number): number =>
    Math.max(...sides.map(({ counts }) => (counts[bin] ?? 0) / Math.max(1, total(counts))));
  let from = 0;
  let to = bins;
  let tail = inside(from);
  while (from < bins - 8 && tail < TAIL) tail += inside(++from);
  tail = inside(to - 1);
  while (to > from + 8 && tail < TAIL) tail += inside(--to - 1);
  const shares = (side: ComparedHistogram['a']): number[] | null => {
    if (!side) return null;
    const all = Math.max(1, total(side.counts) + side.zeros);
    return side.counts.slice(from, to).map((count) => count / all);
  };
  return { start: start + from * width, width, a: shares(a), b: shares(b) };
}

/** An SVG path of steps over the bins, closed at the base line. */
export function stepPath(shares: readonly number[], largest: number, width: number, height: number): string {
  const each = width / Math.max(1, shares.length);
  const steps = shares.map((share, bin) => {
    const y = (height - barHeight(share, largest, false) * height).toFixed(2);
    return `V${y}H${((bin + 1) * each).toFixed(2)}`;
  });
  return `M0 ${height}${steps.join('')}V${height}z`;
}
