import type { SeriesStyle } from './marks';

/** A point of a chart in the units of its axes, both finite. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points that belong together, from left to right. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly style: SeriesStyle;
  /** A line, shapes at the points, or both. */
  readonly drawn: 'line' | 'marks' | 'both';
  /** Stands behind the others, such as a line before its smoothing; neither the pointer nor the keys meet it. */
  readonly isFaint?: boolean;
}

/** A point of a series by their places. */
export interface Found {
  readonly series: number;
  readonly point: number;
}

/**
 * The point that somebody points at: of the nearest series, that which is nearest from left to right. All in pixels.
 * @param reach the largest distance of a series; null is returned if all are further away
 */
export function nearestPoint(
  series: readonly Omit<Series, 'name' | 'style'>[],
  at: Point,
  reach: number,
): Found | null {
  let best: Found | null = null;
  let least = reach;
  series.forEach(({ points, drawn, isFaint }, index) => {
    if (isFaint) return;
    const point = nearestAlong(points, at.x);
    if (point === undefined) return;
    const { x, y } = points[point]!;
    const alone = Math.hypot(x - at.x, y - at.y);
    const other = points[at.x > x ? point + 1 : point - 1];
    const onLine = drawn === 'marks' || !other || other.x === x ? alone : Math.abs(y + ((other.y - y) * (at.x - x)) / (other.x - x) - at.y); // prettier-ignore
    if (Math.min(alone, onLine) > least) return;
    least = Math.min(alone, onLine);
    best = { series: index, point };
  });
  return best;
}

type Reached = Pick<Series, 'points' | 'isFaint'>;

const isReached = ({ points, isFaint }: Reached): boolean => points.length > 0 && isFaint !== true;

function nearestAlong(points: readonly Point[], x: number): number | undefined {
  let best: number | undefined;
  points.forEach((point, index) => {
    if (best === undefined || Math.abs(point.x - x) < Math.abs(points[best]!.x - x)) best = index;
  });
  return best;
}

/** The first point that the keys meet. */
export const firstPoint = (series: readonly Reached[]): Found => ({
  series: Math.max(0, series.findIndex(isReached)),
  point: 0,
});

/** The point after a key: along its series, or at about the same place of the series before or after; undefined for other keys. */
export function pointForKey(key: string, series: readonly Reached[], from: Found): Found | undefined {
  const { points = [] } = series[from.series] ?? {};
  const within = (place: number, length: number): number => Math.max(0, Math.min(length - 1, place));
  const along = { ArrowLeft: from.point - 1, ArrowRight: from.point + 1, Home: 0, End: points.length - 1 }[key];
  if (along !== undefined) return { ...from, point: within(along, points.length) };
  const by = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (by === undefined) return undefined;
  let next = from.series + by;
  while (series[next] && !isReached(series[next]!)) next += by;
  const place = nearestAlong(series[next]?.points ?? [], points[from.point]?.x ?? 0);
  return place === undefined ? from : { series: next, point: place };
}
