import type { Histogram } from '../../protocol/measure';
import type { Bins } from './bins';

/** The weights of another histogram in these bins; one of its bins that lies across an edge is shared out by width. */
export function rebinned(
  { start, width, counts }: Histogram,
  bins: Pick<Bins, 'start' | 'width' | 'counts'>,
): number[] {
  const result = new Array<number>(bins.counts.length).fill(0);
  counts.forEach((count, i) => {
    if (count === 0) return;
    const [from, to] = [start + i * width, start + (i + 1) * width];
    const first = Math.max(0, Math.floor((from - bins.start) / bins.width));
    const last = Math.min(result.length - 1, Math.floor((to - bins.start) / bins.width));
    for (let bin = first; bin <= last; bin++) {
      const [low, high] = [bins.start + bin * bins.width, bins.start + (bin + 1) * bins.width];
      const inside = Math.min(to, high) - Math.max(from, low);
      if (inside > 0) result[bin]! += (count * inside) / width;
    }
  });
  return result;
}
