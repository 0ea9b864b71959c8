import { expect, test } from 'vitest';
import type { Histogram } from '../../../src/protocol/measure';
import { rebinned } from '../../../src/webview/histogram/rebinned';

const histogram = (start: number, width: number, counts: number[]): Histogram => ({
  ...{ layer: 'x', start, width, counts, count: 0, zeros: 0, nan: 0, infinite: 0 },
  ...{ mean: 0, std: 1, min: -1, max: 1, magnitudes: { max: 1, counts: [] } },
});

test('counts keep their sum in other bins, and those across an edge are shared out by width', () => {
  const bins = { start: -1, width: 0.5, counts: [0, 0, 0, 0] };
  expect(rebinned(histogram(-1, 0.25, [1, 2, 3, 4, 5, 6, 7, 8]), bins)).toEqual([3, 7, 11, 15]);
  const across = rebinned(histogram(-0.75, 0.5, [10, 20]), bins);
  expect(across).toEqual([5, 15, 10, 0]);
  // What lies outside is not drawn.
  expect(rebinned(histogram(0.75, 0.5, [10]), bins)).toEqual([0, 0, 0, 5]);
});
