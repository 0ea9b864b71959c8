import type { Parts } from '../passes/split-slices';
import type { Emission } from './emission';

/** All parts of a value at once. */
export function emitSplit(emission: Emission, { whole, shape, axis, slices }: Parts): void {
  const parts = emission.builder.split(emission.flat(whole, shape), axis, slices.length);
  slices.forEach((slice, i) => emission.setFlat(slice, parts[i]!));
}
