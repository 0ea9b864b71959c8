import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';
import { GAP, type Points } from './level';

/** The centers of boxes, and the bends of lines between them. */
export interface Layered {
  readonly centers: readonly (readonly [x: number, y: number])[];
  readonly bends: readonly Points[];
}

type Size = readonly [width: number, height: number];
type Line = readonly [from: number, to: number];

/** From so many boxes on, rows are chosen in a quicker way. */
const MANY = 300;

/** Places boxes in rows, so that lines lead down and few of them cross. */
export function layered(sizes: readonly Size[], lines: readonly Line[]): Layered {
  try {
    return byLibrary(sizes, lines);
  } catch {
    // The library follows lines by recursion, and overflows the stack on a chain of thousands of boxes.
    return inRows(sizes, lines);
  }
}

function byLibrary(sizes: readonly Size[], lines: readonly Line[]): Layered {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({
    ranker: sizes.length > MANY ? 'tight-tree' : 'network-simplex',
    acyclicer: 'greedy',
    nodesep: GAP.x,
    edgesep: GAP.x / 2,
    ranksep: GAP.y,
  });
  sizes.forEach(([width, height], i) => graph.setNode(String(i), { width, height }));
  for (const [from, to] of lines) graph.setEdge(String(from), String(to), {});
  layout(graph);
  return {
    centers: sizes.map((_, i): [number, number] => {
      const { x = 0, y = 0 } = graph.node(String(i));
      return [x, y];
    }),
    bends: lines.map(([from, to]) => {
      const points = graph.edge(String(from), String(to)).points ?? [];
      return points.slice(1, -1).flatMap(({ x, y }) => [x, y]);
    }),
  };
}

/** Puts each box one row below the lowest that feeds it, and the boxes of a row side by side. */
export function inRows(sizes: readonly Size[], lines: readonly Line[]): Layered {
  const row = sizes.map(() => 0);
  const fed = sizes.map((): number[] => []);
  for (const [from, to] of lines) if (from < to) fed[to]!.push(from);
  sizes.forEach((_, i) => (row[i] = fed[i]!.reduce((lowest, from) => Math.max(lowest, row[from]! + 1), 0)));
  const rows: number[][] = [];
  sizes.forEach((_, i) => (rows[row[i]!] ??= []).push(i));
  const centers = sizes.map((): [number, number] => [0, 0]);
  let top = 0;
  for (const boxes of rows) {
    const tall = Math.max(...boxes.map((i) => sizes[i]![1]));
    let left = -boxes.reduce((sum, i) => sum + sizes[i]![0] + GAP.x, -GAP.x) / 2;
    for (const i of boxes) {
      centers[i] = [left + sizes[i]![0] / 2, top + tall / 2];
      left += sizes[i]![0] + GAP.x;
    }
    top += tall + GAP.y;
  }
  return { centers, bends: lines.map(() => []) };
}
