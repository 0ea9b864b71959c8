import type { OpOf } from '../op/op';
import type { SlicePart } from '../op/attributes';
import type { Shape } from '../shape';

/** Counts axes from the front; null where one is beyond `rank` axes. */
export function fromFront(axes: readonly number[] | null, rank: number): number[] | null {
  const found = axes?.map((axis) => (axis < 0 ? rank + axis : axis));
  return found?.every((axis) => axis >= 0 && axis < rank) ? found : null;
}

/** Returns the shape after a reduction; null where an axis does not exist. */
export function reducedShape({ axes, keepAxes }: Pick<OpOf<'reduce'>, 'axes' | 'keepAxes'>, shape: Shape | undefined) {
  const gone = shape && fromFront(axes, shape.length);
  if (!gone || gone.includes(0)) return null;
  return keepAxes
    ? shape.map((size, axis) => (gone.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !gone.includes(axis));
}

/** Returns the shape with another axis, 1 long; null where it has no place. */
export function expandedShape({ axis }: Pick<OpOf<'expand'>, 'axis'>, shape: Shape | undefined): Shape | null {
  const [at] = (shape && axis !== null ? fromFront([axis], shape.length + 1) : null) ?? [];
  return !shape || at === undefined || at === 0 ? null : [...shape.slice(0, at), 1, ...shape.slice(at)];
}

/** Returns the shape without some axes; null where one of them is not 1 long. */
export function squeezedShape({ axes }: Pick<OpOf<'squeeze'>, 'axes'>, shape: Shape | undefined): Shape | null {
  const gone = shape && fromFront(axes, shape.length);
  if (!gone || gone.some((axis) => axis === 0 || shape[axis] !== 1)) return null;
  return shape.filter((_, axis) => !gone.includes(axis));
}

/** The part that a slice takes of one axis. */
export interface AxisSlice {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  /** True if the axis goes, since one place is taken. */
  readonly single: boolean;
}

/**
 * Returns the part that a slice takes of each axis after the batch; null for an axis that is taken whole.
 * @returns null where the slice does not fit the shape, or takes a part of an open axis
 */
export function slicedAxes(parts: readonly SlicePart[] | null, shape: Shape | undefined): (AxisSlice | null)[] | null {
  if (!shape || !parts) return null;
  const rest = shape.length - parts.filter((part) => part !== '...').length;
  const dots = parts.filter((part) => part === '...').length;
  if (rest < 0 || dots > 1) return null;
  const all = { start: null, stop: null, step: null };
  const every = (dots === 1 ? parts : [...parts, '...' as const]).flatMap((part) =>
    part === '...' ? Array.from({ length: rest }, () => all) : [part],
  );
  const found = every.slice(1).map((part, i) => slicedAxis(part, shape[i + 1] ?? null));
  return found.some((one) => one === undefined) ? null : found.map((one) => one ?? null);
}

/** As Python counts; undefined where the axis does not fit. */
function slicedAxis(part: Exclude<SlicePart, '...'>, size: number | null): AxisSlice | null | undefined {
  if (
    typeof part !== 'number' &&
    [part.start, part.stop].every((end) => (end ?? null) === null) &&
    (part.step ?? 1) === 1
  )
    return null;
  if (size === null) return undefined;
  if (typeof part === 'number') {
    const start = part < 0 ? size + part : part;
    return start >= 0 && start < size ? { start, count: 1, step: 1, single: true } : undefined;
  }
  const step = part.step ?? 1;
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const at = (place: number | null | undefined, absent: number): number =>
    place === null || place === undefined
      ? absent
      : Math.min(highest, Math.max(lowest, place < 0 ? size + place : place));
  const start = at(part.start, step > 0 ? 0 : size - 1);
  const stop = at(part.stop, step > 0 ? size : -1);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return count > 0 ? { start, count, step, single: false } : undefined;
}

/** Returns the shape of a slice; null where it does not fit. */
export function slicedShape({ parts }: Pick<OpOf<'slice'>, 'parts'>, shape: Shape | undefined): Shape | null {
  const axes = slicedAxes(parts, shape);
  if (!axes || !shape) return null;
  return [shape[0] ?? null, ...axes.flatMap((one, i) => (one?.single ? [] : [one?.count ?? shape[i + 1] ?? null]))];
}
