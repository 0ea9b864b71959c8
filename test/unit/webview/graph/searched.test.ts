import { beforeAll, expect, it } from 'vitest';
import { topologyNodes } from '../../../../src/engine/measure/topology';
import type { TopologyNode } from '../../../../src/protocol/topology';
import { allBlocks, blocksOf, type Part } from '../../../../src/webview/graph/blocks';
import { joinDrawing, planDrawing } from '../../../../src/webview/graph/drawing';
import { place } from '../../../../src/webview/graph/layout/place';
import type { PlacedLevel } from '../../../../src/webview/graph/layout/level';
import { SEARCHED_2000, searchedModel } from '../../../fixtures/searched-network';

let nodes: TopologyNode[];
let parts: Part[];
beforeAll(() => {
  nodes = topologyNodes(searchedModel(SEARCHED_2000));
  parts = blocksOf(nodes);
});

/** Boxes of a level that cover each other; those of levels inside too. */
function meeting({ boxes }: PlacedLevel): number {
  const rows = boxes.toSorted((a, b) => a.y - b.y);
  let found = boxes.reduce((sum, { inside }) => sum + (inside ? meeting(inside) : 0), 0);
  rows.forEach((one, i) => {
    for (let k = i + 1; k < rows.length && rows[k]!.y < one.y + one.height; k++)
      if (rows[k]!.x < one.x + one.width && one.x < rows[k]!.x + rows[k]!.width) found++;
  });
  return found;
}

it('a network that a search wrote has its cells and their blocks as blocks', () => {
  expect(nodes.length).toBeGreaterThanOrEqual(2000);
  const labels = parts.map((part) => (typeof part === 'number' ? nodes[part]!.layer : part.label));
  expect(labels.slice(0, 4)).toEqual(['image', 'stem', 'cell1', 'cell2']);
  expect(labels.slice(-2)).toEqual(['pooled', 'classes']);
  const first = parts.find((part) => typeof part !== 'number' && part.label === 'cell1');
  expect(typeof first === 'object' && allBlocks(first.parts).map(({ label }) => label)).toContain('cell1_block1');
});

it.each(['no', 'all'] as const)('is drawn with %s blocks open', (which) => {
  const plan = planDrawing(nodes, parts, new Set(which === 'all' ? allBlocks(parts).map(({ id }) => id) : []));
  const placed = place(plan.level);
  expect(meeting(placed)).toBe(0);
  const drawing = joinDrawing(plan, placed);
  const boxes = new Set(nodes.map((_, i) => drawing.boxOf.get(i)!.key));
  expect(boxes.size).toBe(which === 'all' ? nodes.length : parts.length);
  const wrong = drawing.lines.filter(
    ({ points, starts, ends }) => !points.every(Number.isFinite) || (starts && ends && points.at(-1)! <= points[1]!),
  );
  expect(wrong).toEqual([]);
});
