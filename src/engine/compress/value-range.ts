import type { Tensor } from '../checkpoint/types';

/** The smallest and the largest value of a tensor; infinities the wrong way round where it is empty. */
export interface ValueRange {
  readonly least: number;
  readonly most: number;
}

const known = new WeakMap<Tensor, ValueRange | 'not finite'>();

/**
 * Returns the range of the values of a tensor; undefined where one is not a finite number. Tensors are never changed in
 * place, so each is looked at once.
 */
export function valueRange(tensor: Tensor): ValueRange | undefined {
  let range = known.get(tensor);
  if (range === undefined) known.set(tensor, (range = look(tensor)));
  return range === 'not finite' ? undefined : range;
}

/** Returns true where all values are finite numbers. */
export const isAllFinite = (tensor: Tensor): boolean => valueRange(tensor) !== undefined;

function look({ data }: Tensor): ValueRange | 'not finite' {
  const range = rangeOf(data);
  const { least, most } = range;
  // A comparison with NaN is false, so it has no part in the range.
  const isBroken = least === -Infinity || most === Infinity || hasNaN(data);
  return isBroken ? 'not finite' : range;
}

/** Returns the range of numbers, without those that are NaN. */
export function rangeOf(data: Tensor['data']): ValueRange {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

function hasNaN(data: Tensor['data']): boolean {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i]!)) return true;
  return false;
}
