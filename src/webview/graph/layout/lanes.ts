import type { Points } from './level';

/** Pixels between two lanes. */
const LANE = 12;

/** Bends lines around the boxes between their ends, on the right, each in a lane of its own. */
export function lanes(
  vertices: readonly number[],
  beside: readonly number[],
  {
    sizes,
    lines,
    tops,
    bends,
  }: {
    readonly sizes: readonly (readonly [number, number])[];
    readonly lines: readonly (readonly [from: number, to: number])[];
    readonly tops: readonly (readonly [x: number, y: number])[];
    readonly bends: Points[];
  },
): void {
  const taken: { x: number; from: number; to: number }[] = [];
  const lineEnds = beside.map((line) => {
    const [from, to] = lines[line]!;
    return { line, start: tops[from]![1] + sizes[from]![1], end: tops[to]![1] };
  });
  for (const { line, start, end } of lineEnds.toSorted((a, b) => a.end - a.start - (b.end - b.start))) {
    let x = 0;
    for (const vertex of vertices) {
      const [left, top] = tops[vertex]!;
      const [width, height] = sizes[vertex]!;
      if (top < end && top + height > start) x = Math.max(x, left + width);
    }
    for (const lane of taken) if (lane.from < end && lane.to > start) x = Math.max(x, lane.x);
    x += LANE;
    taken.push({ x, from: start, to: end });
    bends[line] = [x, start + LANE, x, end - LANE];
  }
}
