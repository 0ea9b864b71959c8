import type { ParetoCurve, ParetoPoint } from '../../protocol/pareto';
import { bytes, compact } from './format';
import type { Axis } from './scale';

/** The size that a goal is about; bytes where it is about accuracy. */
export interface GoalSize {
  words: string;
  of: (point: ParetoPoint) => number;
  format: (value: number) => string;
}

export function goalSize(goal: ParetoCurve['goal']): GoalSize {
  if ('macs' in goal)
    return { words: 'MACs', of: ({ nonzeroMacs, macs }) => nonzeroMacs ?? macs ?? 0, format: compact };
  if ('params' in goal) return { words: 'parameters that are not 0', of: ({ nonzero }) => nonzero, format: compact };
  return { words: 'bytes, gzipped', of: ({ gzipBytes }) => gzipBytes, format: bytes };
}

/** Room that is left around the outermost points, as a share of the range. */
const ROOM = 0.06;

/** What both axes run over: all points, and the accuracy of the model as it was. */
export function paretoAxes(
  { points, baseline }: ParetoCurve,
  size: (point: ParetoPoint) => number,
  width: number,
  height: number,
): { x: Axis; y: Axis } {
  const axis = (values: readonly number[], pixels: number): Axis => {
    const [from, to] = [Math.min(...values), Math.max(...values)];
    const room = (to - from || Math.abs(to) || 1) * ROOM;
    return { from: from - room, to: to + room, width: pixels };
  };
  return {
    x: axis(points.map(size), width),
    y: axis([...points.map(({ accuracy }) => accuracy), baseline.accuracy], height),
  };
}
