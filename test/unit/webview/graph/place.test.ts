import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inRows } from '../../../../src/webview/graph/layout/layered';
import type { Level, PlacedBox } from '../../../../src/webview/graph/layout/level';
import { place } from '../../../../src/webview/graph/layout/place';
import { components, feedingOrder, linesBeside, waists } from '../../../../src/webview/graph/layout/order';

const BOX = { width: 100, height: 40 };
const boxes = (count: number) => Array.from({ length: count }, () => BOX);
const meet = (a: PlacedBox, b: PlacedBox): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** A level whose lines lead from earlier to later boxes, without a line twice. */
const levels = fc.integer({ min: 2, max: 24 }).chain((count) =>
  fc
    .uniqueArray(
      fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).filter(([from, to]) => from < to),
      { maxLength: 40, selector: ([from, to]) => `${from} ${to}` },
    )
    .map((lines): Level => ({ boxes: boxes(count), lines })),
);

describe('a drawing', () => {
  it('has no boxes that meet, and lines from the foot of a box down to the head of another', () => {
    fc.assert(
      fc.property(levels, (level) => {
        const placed = place(level);
        placed.boxes.forEach((box, i) => {
          expect(box.x).toBeGreaterThanOrEqual(-0.001);
          expect(box.x + box.width).toBeLessThanOrEqual(placed.width + 0.001);
          expect(box.y + box.height).toBeLessThanOrEqual(placed.height + 0.001);
          for (const other of placed.boxes.slice(i + 1)) expect(meet(box, other)).toBe(false);
        });
        level.lines.forEach(([from, to], i) => {
          const [a, b, points] = [placed.boxes[from]!, placed.boxes[to]!, placed.lines[i]!];
          expect(points[0]).toBeCloseTo(a.x + a.width / 2);
          expect(points[1]).toBeCloseTo(a.y + a.height);
          expect(points.at(-2)).toBeCloseTo(b.x + b.width / 2);
          expect(points.at(-1)).toBeCloseTo(b.y);
          expect(b.y).toBeGreaterThan(a.y + a.height);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('holds the boxes of an open block inside of it', () => {
    const inside: Level = { boxes: boxes(3), lines: [[-1, 0], [0, 1], [0, 2], [2, -1]] }; // prettier-ignore
    const placed = place({ boxes: [BOX, { ...BOX, inside }, BOX], lines: [[0, 1], [1, 2]] }); // prettier-ignore
    const block = placed.boxes[1]!;
    expect(block.inside!.width).toBeLessThan(block.width);
    expect(block.inside!.height).toBeLessThan(block.height);
    expect(placed.boxes[2]!.y).toBeGreaterThan(block.y + block.height);
  });

  it('of 2,000 boxes in a row does not overflow the stack', () => {
    const count = 2000;
    const lines = Array.from({ length: count - 1 }, (_, i): [number, number] => [i, i + 1]);
    expect(place({ boxes: boxes(count), lines }).height).toBeGreaterThan(2000 * 40);
    // A line over all of them leaves no place to divide the drawing.
    const whole = place({ boxes: boxes(count), lines: [...lines, [0, count - 1]] });
    expect(whole.boxes).toHaveLength(count);
  });

  it('in plain rows keeps the order of feeding', () => {
    const { centers } = inRows([[10, 10], [10, 10], [10, 10]], [[0, 1], [0, 2], [1, 2]]); // prettier-ignore
    expect(centers.map(([, y]) => y).toSorted((a, b) => a - b)).toEqual(centers.map(([, y]) => y));
  });
});

describe('the order of boxes', () => {
  it('is divided where no line leads over a box', () => {
    const lines = [[0, 1], [0, 2], [1, 3], [2, 3], [3, 4]] as const; // prettier-ignore
    const order = feedingOrder([0, 1, 2, 3, 4], lines);
    expect(waists(order, lines).map((place) => order[place])).toEqual([0, 3, 4]);
  });

  it('ends with circles undivided', () => {
    const lines = [[0, 1], [1, 2], [2, 0]] as const; // prettier-ignore
    expect(waists(feedingOrder([0, 1, 2], lines), lines)).toHaveLength(2);
  });

  it('has its parts without lines between them apart', () => {
    expect(components(5, [[0, 2], [3, 4]])).toEqual([[0, 2], [1], [3, 4]]); // prettier-ignore
  });

  it('lets long lines stand beside where there are too many, never the only one of a box', () => {
    const count = 400;
    const chain = Array.from({ length: count - 1 }, (_, i): [number, number] => [i, i + 1]);
    const skips = Array.from({ length: 100 }, (_, i): [number, number] => [i, count - 1 - i]);
    const lines = [...chain, ...skips];
    const order = feedingOrder([...Array(count).keys()], lines);
    const beside = linesBeside(order, lines);
    expect(beside.size).toBeGreaterThan(90);
    for (const i of beside) expect(i).toBeGreaterThanOrEqual(chain.length);
    expect(linesBeside(feedingOrder([0, 1, 2], [[0, 1], [1, 2], [0, 2]]), [[0, 1], [1, 2], [0, 2]]).size).toBe(0); // prettier-ignore
  });
});
