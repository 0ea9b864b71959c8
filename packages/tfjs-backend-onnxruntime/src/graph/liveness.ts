import { sizeOf } from './native-types';
import type { Plan } from './plan';
import type { Value } from './value';

const BYTES_PER_ELEMENT = 4;

/**
 * Computes the peak memory of a plan in bytes. Each value lives until its last reader has run, and outputs live to the
 * end.
 *
 * @param isComputed true if the value is written; some are not, because a rewrite replaces them
 * @param scratch additional bytes that computing the value takes
 */
export function mostBytesAlive(
  { order, outputs }: Plan,
  isComputed: (value: Value) => boolean,
  scratch: (value: Value) => number,
): number {
  const lastReader = new Map<Value, number>();
  for (const [position, { node }] of order.entries()) for (const input of node.inputs) lastReader.set(input, position);
  for (const output of outputs) lastReader.set(output, order.length);
  const leaving = new Map<number, number>();
  let [alive, most] = [0, 0];
  for (const [position, value] of order.entries()) {
    if (isComputed(value)) {
      const bytes = BYTES_PER_ELEMENT * sizeOf(value.shape);
      const last = lastReader.get(value) ?? position;
      alive += bytes;
      leaving.set(last, (leaving.get(last) ?? 0) + bytes);
    }
    most = Math.max(most, alive + scratch(value));
    alive -= leaving.get(position) ?? 0;
  }
  return most;
}
