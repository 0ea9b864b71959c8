import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plotOf } from '../../../../src/webview/chart/plot';
import { scaleOf } from '../../../../src/webview/chart/plot-scale';
import { nearestPoint, pointForKey, type Series } from '../../../../src/webview/chart/series';
import { BYTE_UNITS, COUNT_UNITS } from '../../../../src/webview/ui/scale';

const spec = (values: number[], canBeWide = false) => ({ values, canBeWide, units: BYTE_UNITS, title: 'size' });

it('sizes far apart are drawn by their logarithm, and ticks are round and in order', () => {
  const wide = scaleOf(spec([2000, 2_000_000], true), 600, 80);
  expect(wide.isLogarithmic).toBe(true);
  expect(wide.ticks.map(({ words }) => words)).toEqual(['3 kB', '10 kB', '30 kB', '100 kB', '300 kB', '1 MB', '3 MB']);
  expect(wide.place(20_000) - wide.place(2000)).toBeCloseTo(wide.place(200_000) - wide.place(20_000), 6);
  expect(scaleOf(spec([2000, 3000], true), 600, 80).isLogarithmic).toBe(false);
  // One checkpoint alone has a place too.
  expect(scaleOf(spec([5], true), 600, 80).place(5)).toBeCloseTo(300, 6);
});

const figures = fc
  .tuple(
    fc.constantFrom(1e-4, 1e-2, 1, 1000),
    fc.array(fc.integer({ min: -1e5, max: 1e5 }), { minLength: 1, maxLength: 9 }),
  )
  .map(([unit, numbers]) => numbers.map((number) => number * unit));

it('every axis has room around its data, and three ticks or more inside, in order, with different words', () => {
  fc.assert(
    fc.property(figures, fc.boolean(), fc.integer({ min: 120, max: 2400 }), (values, canBeWide, pixels) => {
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const { place, ticks } = scaleOf({ values, canBeWide, units: COUNT_UNITS, title: '' }, pixels, 80);
      expect(place(least)).toBeGreaterThan(0.03 * pixels);
      expect(place(most)).toBeLessThan(0.97 * pixels);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThan(24);
      expect(new Set(ticks.map(({ words }) => words)).size).toBe(ticks.length);
      ticks.forEach(({ at }, i) => {
        expect(at).toBeGreaterThan(i === 0 ? -0.001 : ticks[i - 1]!.at);
        expect(at).toBeLessThan(pixels + 0.001);
      });
    }),
    // Four powers of ten where there is room for three.
    { examples: [[[0.6175, 0.0002], true, 120]] },
  );
});

it('bars stand on their axis, with room above the highest', () => {
  const { place, ticks } = scaleOf({ values: [0.4, 0.1], fromZero: true, units: COUNT_UNITS, title: '' }, 200, 46);
  expect(place(0)).toBe(0);
  expect(place(0.4)).toBeLessThan(195);
  expect(ticks[0]).toMatchObject({ at: 0 });
});

it('epochs have ticks at whole numbers only', () => {
  const { ticks } = scaleOf({ values: [1, 3], areWhole: true, units: COUNT_UNITS, title: '' }, 600, 84);
  expect(ticks.map(({ words }) => words)).toEqual(['1', '2', '3']);
});

it('a plot keeps a gutter for its axes, also without data', () => {
  const axis = { values: [Number.NaN], units: COUNT_UNITS, title: 'x' };
  const plot = plotOf({ width: 480, height: 200, x: axis, y: axis });
  expect(plot.x(0)).toBeGreaterThan(plot.left);
  expect(plot.y(0)).toBeLessThan(plot.bottom);
  expect(plot.rows.every(({ at }) => at >= plot.top && at <= plot.bottom)).toBe(true);
});

const line = (name: string, ys: number[], drawn: Series['drawn'] = 'line'): Series => ({
  ...{ name, drawn, style: { color: 'red', dash: [], mark: 'circle' } },
  points: ys.map((y, i) => ({ x: 100 * i, y })),
});

it('the pointer meets the nearest line also between its points, and points without a line only near them', () => {
  const lines = [line('a', [0, 100]), line('b', [0, 10])];
  expect(nearestPoint(lines, { x: 40, y: 42 }, 10)).toEqual({ series: 0, point: 0 });
  expect(nearestPoint(lines, { x: 60, y: 5 }, 10)).toEqual({ series: 1, point: 1 });
  expect(nearestPoint(lines, { x: 60, y: 30 }, 10)).toBeNull();
  expect(nearestPoint(lines, { x: 180, y: 100 }, 10)).toBeNull();
  expect(nearestPoint([{ ...lines[0]!, isFaint: true }, lines[1]!], { x: 40, y: 42 }, 10)).toBeNull();
  const dots = [line('a', [0, 100], 'marks')];
  expect(nearestPoint(dots, { x: 40, y: 40 }, 10)).toBeNull();
  expect(nearestPoint(dots, { x: 95, y: 95 }, 10)).toEqual({ series: 0, point: 1 });
});

it('keys go along a series and from one to another at the same place', () => {
  const lines = [line('a', [0, 1, 2]), line('b', [3, 4])];
  expect(pointForKey('ArrowRight', lines, { series: 0, point: 1 })).toEqual({ series: 0, point: 2 });
  expect(pointForKey('ArrowRight', lines, { series: 0, point: 2 })).toEqual({ series: 0, point: 2 });
  expect(pointForKey('ArrowDown', lines, { series: 0, point: 2 })).toEqual({ series: 1, point: 1 });
  expect(pointForKey('ArrowUp', lines, { series: 0, point: 2 })).toEqual({ series: 0, point: 2 });
  expect(pointForKey('x', lines, { series: 0, point: 2 })).toBeUndefined();
});
