import type { TopologyNode } from '../../protocol/topology';
import type { Edges } from '../ui/edges';
import type { Block, Part } from './blocks';
import { OUTSIDE, PADDING, type Level, type PlacedLevel, type Points } from './layout/level';

/** Sizes of the box of a node or closed block, in pixels. */
export const BOX = { width: 176, height: 42 } as const;

/** A level with the parts that its boxes draw. */
export interface Plan {
  readonly level: Level;
  readonly parts: readonly Part[];
  readonly inside: ReadonlyMap<number, Plan>;
  /** The nodes whose values flow through each line: the nodes that make them. */
  readonly makers: readonly (readonly number[])[];
}

/** Arranges a model in levels: one for the model itself, and one in each open block. */
export function planDrawing(nodes: readonly TopologyNode[], parts: readonly Part[], open: ReadonlySet<string>): Plan {
  /** The chain of boxes around each node: its place in each level, outer levels first. */
  const chains: number[][] = nodes.map(() => []);
  const enter = (list: readonly Part[], around: readonly number[]): void => {
    list.forEach((part, i) => {
      const chain = [...around, i];
      if (typeof part === 'number') chains[part] = chain;
      else if (open.has(part.id)) enter(part.parts, chain);
      else for (const node of part.nodes) chains[node] = chain;
    });
  };
  enter(parts, []);
  const root = emptyLevel();
  nodes.forEach(({ inputs }, to) => {
    for (const { from } of inputs) addLine(root, chains[from]!, chains[to]!, from);
  });
  return finish(root, parts, open);
}

/** Lines of a level by their ends, and the levels inside of its boxes. */
interface Growing {
  readonly lines: Map<string, { ends: [number, number]; makers: Set<number> }>;
  readonly inside: Map<number, Growing>;
}

const emptyLevel = (): Growing => ({ lines: new Map(), inside: new Map() });

function lineIn({ lines }: Growing, from: number, to: number, maker: number): void {
  const key = `${from} ${to}`;
  const known = lines.get(key);
  if (known) known.makers.add(maker);
  else lines.set(key, { ends: [from, to], makers: new Set([maker]) });
}

const within = (level: Growing, box: number): Growing => {
  const known = level.inside.get(box) ?? emptyLevel();
  level.inside.set(box, known);
  return known;
};

/** Draws a line in the level that both ends share, and from there to the edges of the levels further inside. */
function addLine(root: Growing, from: readonly number[], to: readonly number[], maker: number): void {
  let shared = 0;
  let level = root;
  while (from[shared] === to[shared] && shared < from.length - 1 && shared < to.length - 1)
    level = within(level, from[shared++]!);
  if (from[shared] === to[shared]) return;
  lineIn(level, from[shared]!, to[shared]!, maker);
  let inside = level;
  for (let depth = shared + 1; depth < from.length; depth++) {
    inside = within(inside, from[depth - 1]!);
    lineIn(inside, from[depth]!, OUTSIDE, maker);
  }
  inside = level;
  for (let depth = shared + 1; depth < to.length; depth++) {
    inside = within(inside, to[depth - 1]!);
    lineIn(inside, OUTSIDE, to[depth]!, maker);
  }
}

function finish(growing: Growing, parts: readonly Part[], open: ReadonlySet<string>): Plan {
  const inside = new Map(
    parts.flatMap((part, i): [number, Plan][] =>
      typeof part !== 'number' && open.has(part.id)
        ? [[i, finish(growing.inside.get(i) ?? emptyLevel(), part.parts, open)]]
        : [],
    ),
  );
  const lines = [...growing.lines.values()];
  return {
    parts,
    inside,
    makers: lines.map(({ makers }) => [...makers]),
    level: {
      boxes: parts.map((_, i) => ({ ...BOX, inside: inside.get(i)?.level })),
      lines: lines.map(({ ends }) => ends),
    },
  };
}

/** A box of a drawing, in pixels from the corner of the whole. */
export interface DrawnBox {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How many open blocks are around it. */
  readonly depth: number;
  /** Index of the node, or null for a block. */
  readonly node: number | null;
  readonly block: Block | null;
  readonly open: boolean;
}

/** A line of a drawing with the nodes that make the values on it, and the edges of the rectangle around it. */
export interface DrawnLine extends Edges {
  readonly points: Points;
  readonly makers: readonly number[];
  /** True if it starts at a box of its level, where the shape is written; true if it ends at one. */
  readonly starts: boolean;
  readonly ends: boolean;
  /** Keys of the boxes at its ends; that of the block around them where it leads outside. */
  readonly from: string;
  readonly to: string;
}

/** A drawing with places: boxes in the order in which they are drawn, outer ones first. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DrawnBox[];
  readonly lines: readonly DrawnLine[];
  /** The box that shows each node: its own, or the closed block around it. */
  readonly boxOf: ReadonlyMap<number, DrawnBox>;
}

export const keyOf = (part: Part): string => (typeof part === 'number' ? `node-${part}` : `block-${part.id}`);

/** Puts the places of all levels together. */
export function joinDrawing(plan: Plan, placed: PlacedLevel): Drawing {
  const boxes: DrawnBox[] = [];
  const lines: DrawnLine[] = [];
  const boxOf = new Map<number, DrawnBox>();
  const join = (
    { parts, inside, makers, level }: Plan,
    at: PlacedLevel,
    { x, y, depth, frame }: { x: number; y: number; depth: number; frame: DrawnBox | null },
  ): void => {
    const keyAt = (end: number): string => (end === OUTSIDE ? (frame?.key ?? '') : keyOf(parts[end]!));
    at.lines.forEach((points, i) => {
      const [from, to] = level.lines[i]!;
      const inner = points.map((value, place) => value + (place % 2 === 0 ? x : y));
      // A line to the outside goes on to the middle of the edge of the block around it.
      const moved = [
        ...(from === OUTSIDE && frame ? [frame.x + frame.width / 2, frame.y] : []),
        ...inner,
        ...(to === OUTSIDE && frame ? [frame.x + frame.width / 2, frame.y + frame.height] : []),
      ];
      const [xs, ys] = [moved.filter((_, place) => place % 2 === 0), moved.filter((_, place) => place % 2 === 1)];
      lines.push({
        points: moved,
        makers: makers[i]!,
        ...{ left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) },
        ...{ starts: from !== OUTSIDE, ends: to !== OUTSIDE, from: keyAt(from), to: keyAt(to) },
      });
    });
    at.boxes.forEach((box, i) => {
      const part = parts[i]!;
      const own = inside.get(i);
      const isNode = typeof part === 'number';
      const drawn: DrawnBox = {
        key: keyOf(part),
        ...{ x: x + box.x, y: y + box.y, width: box.width, height: box.height, depth },
        ...{ node: isNode ? part : null, block: isNode ? null : part, open: own !== undefined },
      };
      boxes.push(drawn);
      if (isNode) boxOf.set(part, drawn);
      else if (!own) for (const node of part.nodes) boxOf.set(node, drawn);
      if (own && box.inside) {
        const left = drawn.x + (box.width - box.inside.width) / 2;
        join(own, box.inside, { x: left, y: drawn.y + PADDING.head, depth: depth + 1, frame: drawn });
      }
    });
  };
  join(plan, placed, { x: 0, y: 0, depth: 0, frame: null });
  return { width: placed.width, height: placed.height, boxes, lines, boxOf };
}

/** An SVG path through the points of a line, upright at each. */
export function linePath(points: Points): string {
  const at = (i: number): string => points[i]!.toFixed(1);
  let path = `M${at(0)} ${at(1)}`;
  for (let i = 2; i < points.length; i += 2) {
    const middle = ((points[i - 1]! + points[i + 1]!) / 2).toFixed(1);
    path +=
      points[i] === points[i - 2]
        ? `V${at(i + 1)}`
        : `C${at(i - 2)} ${middle} ${at(i)} ${middle} ${at(i)} ${at(i + 1)}`;
  }
  return path;
}
