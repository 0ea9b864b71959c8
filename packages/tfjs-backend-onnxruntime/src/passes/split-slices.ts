import { sameShape } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import { isPendingOf, type PendingValue, type Value } from '../graph/value';
import type { Consumers } from './consumers';
import type { Parts, Rewrites } from './rewrites';

/** Fewer slices are not worth computing slices that nobody reads. */
const LEAST_SLICES = 4;

/**
 * Finds slices that together make up a value, such as the steps of the input of a recurrent layer. One operator
 * computes them all.
 */
export function splitSlices(plan: Plan, consumers: Consumers, rewrites: Rewrites): void {
  const groups = new Map<Value, PendingValue<'Slice'>[]>();
  for (const value of plan.order) {
    if (!isPendingOf(value, 'Slice') || rewrites.skipped.has(value) || rewrites.joinedProducts.has(value)) continue;
    const whole = value.node.inputs[0]!;
    groups.set(whole, [...(groups.get(whole) ?? []), value]);
  }
  for (const [whole, slices] of groups) {
    const parts = partsOf(whole, slices);
    if (parts === undefined) continue;
    for (const slice of slices.slice(1)) rewrites.skipped.add(slice);
    const isHidden = !consumers.isOutput(whole) && consumers.of(whole).length === slices.length;
    const original = isHidden ? ofTransposed(parts) : undefined;
    if (original !== undefined) rewrites.skipped.add(whole);
    rewrites.splits.set(slices[0]!, original ?? parts);
  }
}

/** Moves the slices from a transpose to its input, if the transpose only moves the axis of the slices. */
function ofTransposed({ whole, shape, axis, slices }: Parts): Parts | undefined {
  if (!isPendingOf(whole, 'Transpose') || !sameShape(shape, whole.shape) || slices.length !== shape[axis])
    return undefined;
  const { perm } = whole.node.operation.attributes;
  const others = perm.filter((_, k) => k !== axis);
  if (others.some((from, k) => k > 0 && from < others[k - 1]!)) return undefined;
  return { whole: whole.node.inputs[0]!, shape: whole.node.inputShapes[0]!, axis: perm[axis]!, slices };
}

/** Reads slices as equal parts of a value; undefined if they are not. */
export function partsOf(whole: Value, slices: readonly PendingValue<'Slice'>[]): Parts | undefined {
  const shape = slices[0]!.node.inputShapes[0]!;
  const { size } = slices[0]!.node.operation.attributes;
  const splitAxes = shape.flatMap((length, axis) => (length === size[axis] ? [] : [axis]));
  if (slices.length < LEAST_SLICES || splitAxes.length !== 1) return undefined;
  const axis = splitAxes[0]!;
  const ordered = slices.toSorted((a, b) => beginOf(a, axis) - beginOf(b, axis));
  const isComplete =
    slices.length * size[axis]! === shape[axis] &&
    ordered.every(
      ({ node }, i) =>
        sameShape(node.inputShapes[0]!, shape) &&
        sameShape(node.operation.attributes.size, size) &&
        node.operation.attributes.begin.every((start, k) => start === (k === axis ? i * size[axis]! : 0)),
    );
  return isComplete ? { whole, shape, axis, slices: ordered } : undefined;
}

function beginOf({ node }: PendingValue<'Slice'>, axis: number): number {
  return node.operation.attributes.begin[axis]!;
}
