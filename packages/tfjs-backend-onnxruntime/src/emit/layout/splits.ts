import { sameShape } from '../../graph/native-types';
import type { Emission } from '../emission';
import type { Parts } from '../../passes/rewrites';

/** Emits all slices of a value by one Split. */
export function emitSplit(emission: Emission, { whole, shape, axis, slices }: Parts): void {
  const { builder } = emission;
  const parts = builder.split(emission.flat(whole, shape), axis, slices.length);
  const partShape = shape.map((length, k) => (k === axis ? length / slices.length : length));
  slices.forEach((slice, i) => {
    emission.setFlat(slice, sameShape(partShape, slice.shape) ? parts[i]! : builder.reshape(parts[i]!, slice.shape));
  });
}
