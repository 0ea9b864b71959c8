import type { Axis } from '../ui/scale';

/** The margin around the outermost points, as a share of the range. */
const ROOM = 0.04;

/** The common range of true and predicted values, so that right answers lie on the diagonal. */
export function scatterAxis(points: readonly (readonly [number, number])[], width: number): Axis {
  const finite = points.flat().filter((value) => Number.isFinite(value));
  const [from, to] = [Math.min(...finite), Math.max(...finite)];
  if (finite.length === 0) return { from: 0, to: 1, width };
  const room = (to - from || Math.abs(to) || 1) * ROOM;
  return { from: from - room, to: to + room, width };
}
