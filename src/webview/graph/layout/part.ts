import { lanes } from './lanes';
import { layered, type Layered } from './layered';
import { GAP, type Points } from './level';
import { feedingOrder, linesBeside, waists } from './order';

export type Line = readonly [from: number, to: number];

/** All boxes and lines of a level, and what a part writes about its own. */
export interface Surroundings {
  readonly sizes: readonly (readonly [number, number])[];
  readonly lines: readonly Line[];
  readonly tops: [x: number, y: number][];
  readonly bends: Points[];
  readonly known: Map<string, Layered>;
}

/**
 * Places one component with its left upper corner at 0, 0; writes into `tops` and `bends`.
 * @param all indices of its lines
 */
export function placePart(vertices: readonly number[], all: readonly number[], around: Surroundings) {
  const { sizes, lines, tops, bends, known } = around;
  const whole = feedingOrder(
    vertices,
    all.map((i) => lines[i]!),
  );
  const aside = linesBeside(
    whole,
    all.map((i) => lines[i]!),
  );
  const own = all.filter((_, at) => !aside.has(at));
  const beside = all.filter((_, at) => aside.has(at));
  const order = beside.length === 0 ? whole : feedingOrder(vertices, own.map((i) => lines[i]!)); // prettier-ignore
  const placeOf = new Map(order.map((vertex, i) => [vertex, i]));
  const cuts = waists(
    order,
    own.map((i) => lines[i]!),
  );
  const segments = cuts.slice(0, -1).map((start, i) => ({ from: start, to: cuts[i + 1]!, lines: [] as number[] }));
  const segmentAt = new Int32Array(order.length);
  segments.forEach(({ from, to }, s) => segmentAt.fill(s, from, to));
  for (const i of own) {
    const [from, to] = [placeOf.get(lines[i]![0])!, placeOf.get(lines[i]![1])!];
    segments[segmentAt[Math.min(from, to)]!]?.lines.push(i);
  }
  // Boxes where all lines meet stand below each other, and the parts between them beside that line.
  const middle = 0;
  let top = 0;
  const first = order[0]!;
  tops[first] = [-sizes[first]![0] / 2, 0];
  for (const segment of segments) {
    const local = order.slice(segment.from, segment.to + 1);
    const [a, b] = [local[0]!, local.at(-1)!];
    if (local.length === 2) {
      top += sizes[a]![1] + GAP.y;
      tops[b] = [middle - sizes[b]![0] / 2, top];
      continue;
    }
    const { centers, bends: bent } = segmentLayout(local, segment.lines, { ...around, known, placeOf, start: segment.from }); // prettier-ignore
    const others = local.slice(1, -1).map((vertex, i) => ({ vertex, center: centers[i + 1]! }));
    const upper = Math.min(...others.map(({ vertex, center }) => center[1] - sizes[vertex]![1] / 2));
    const lower = Math.max(...others.map(({ vertex, center }) => center[1] + sizes[vertex]![1] / 2));
    const [ax] = centers[0]!;
    const shiftX = middle - ax;
    const shiftY = top + sizes[a]![1] + GAP.y - upper;
    for (const { vertex, center } of others)
      tops[vertex] = [center[0] + shiftX - sizes[vertex]![0] / 2, center[1] + shiftY - sizes[vertex]![1] / 2];
    top = lower + shiftY + GAP.y;
    tops[b] = [middle - sizes[b]![0] / 2, top];
    segment.lines.forEach((line, i) => {
      bends[line] = bent[i]!.map((value, at) => (at % 2 === 0 ? value + shiftX : value + shiftY));
    });
  }
  lanes(vertices, beside, around);
  const xs = vertices.map((vertex) => tops[vertex]![0]);
  const bentXs = all.flatMap((i) => bends[i]!.filter((_, at) => at % 2 === 0));
  const left = [...xs, ...bentXs].reduce((least, x) => Math.min(least, x), Infinity);
  const right = Math.max(
    vertices.reduce((most, vertex) => Math.max(most, tops[vertex]![0] + sizes[vertex]![0]), -Infinity),
    bentXs.reduce((most, x) => Math.max(most, x), -Infinity),
  );
  for (const vertex of vertices) tops[vertex]![0] -= left;
  for (const i of all) bends[i] = bends[i]!.map((value, at) => (at % 2 === 0 ? value - left : value));
  const height = vertices.reduce((most, vertex) => Math.max(most, tops[vertex]![1] + sizes[vertex]![1]), 0);
  return { width: right - left, height };
}

/** Lays out one segment; equal ones are laid out once. */
function segmentLayout(
  local: readonly number[],
  own: readonly number[],
  { sizes, lines, known, placeOf, start }: Surroundings & { placeOf: ReadonlyMap<number, number>; start: number },
): Layered {
  const sized = local.map((vertex) => sizes[vertex]!);
  const linked = own.map((i): Line => [placeOf.get(lines[i]![0])! - start, placeOf.get(lines[i]![1])! - start]);
  const key = JSON.stringify([sized, linked]);
  let found = known.get(key);
  if (!found) known.set(key, (found = layered(sized, linked)));
  return found;
}
