import type { Layered } from './layered';
import {
  GAP,
  OUTSIDE,
  PADDING,
  type Level,
  type LevelBox,
  type PlacedBox,
  type PlacedLevel,
  type Points,
} from './level';
import { components } from './order';
import { placePart, type Line } from './part';

/** The width of a row of boxes that no line touches. */
const LOOSE_ROW = 900;

/**
 * Places the boxes of a level, and of the levels inside of it. A component is divided where all lines meet in one box, so
 * that thousands of boxes in a row take no longer than their parts; equal parts are placed once.
 */
export function place(level: Level, known = new Map<string, Layered>()): PlacedLevel {
  const inside = level.boxes.map((box) => box.inside && place(box.inside, known));
  const sizes = level.boxes.map((box, i) => sizeOf(box, inside[i]));
  const entering = level.boxes.length;
  const leaving = entering + 1;
  const all = [...sizes, [1, 0] as const, [1, 0] as const];
  const lines = level.lines.map(([from, to]): Line => [
    from === OUTSIDE ? entering : from,
    to === OUTSIDE ? leaving : to,
  ]);
  const used = new Set(lines.flat());
  const tops = all.map(() => [0, 0] as [x: number, y: number]);
  const bends = lines.map((): Points => []);
  const parts = components(all.length, lines).filter(([first, ...more]) => more.length > 0 || used.has(first!));
  const loose = [...level.boxes.keys()].filter((i) => !used.has(i));
  let [left, bottom] = [0, 0];
  for (const vertices of parts) {
    const part = new Set(vertices);
    const own = [...lines.keys()].filter((i) => part.has(lines[i]![0]));
    const { width, height } = placePart(vertices, own, { sizes: all, lines, tops, bends, known });
    for (const vertex of vertices) tops[vertex]![0] += left;
    for (const i of own) bends[i] = bends[i]!.map((value, at) => (at % 2 === 0 ? value + left : value));
    left += width + 2 * GAP.x;
    bottom = Math.max(bottom, height);
  }
  let width = Math.max(0, left - 2 * GAP.x);
  // Boxes that no line touches stand below, in rows.
  const row = Math.max(width, LOOSE_ROW);
  let [x, y, tall] = [0, bottom > 0 ? bottom + GAP.y : 0, 0];
  for (const i of loose) {
    const [wide, high] = sizes[i]!;
    if (x > 0 && x + wide > row) [x, y, tall] = [0, y + tall + GAP.y, 0];
    tops[i] = [x, y];
    x += wide + GAP.x;
    tall = Math.max(tall, high);
    width = Math.max(width, x - GAP.x);
    bottom = y + tall;
  }
  const boxes = sizes.map(([wide, high], i): PlacedBox => {
    const [ownX, ownY] = tops[i]!;
    return { x: ownX, y: ownY, width: wide, height: high, inside: inside[i] };
  });
  const ends = (i: number): [number, number, number] => [tops[i]![0] + all[i]![0] / 2, tops[i]![1], tops[i]![1] + all[i]![1]]; // prettier-ignore
  return {
    ...{ width, height: bottom, boxes },
    lines: lines.map(([from, to], i) => {
      const [fromX, , fromBottom] = ends(from);
      const [toX, toTop] = ends(to);
      return [fromX, fromBottom, ...bends[i]!, toX, toTop];
    }),
  };
}

function sizeOf({ width, height }: LevelBox, inside: PlacedLevel | undefined): readonly [number, number] {
  if (!inside) return [width, height];
  return [Math.max(width, inside.width + 2 * PADDING.side), inside.height + PADDING.head + PADDING.foot];
}
