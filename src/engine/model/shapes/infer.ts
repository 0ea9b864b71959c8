import type { Op } from '../op/op';
import type { Shape } from '../shape';

/** The output shape, batch first, and the multiply-accumulates for one sample; null where they cannot be inferred. */
export interface Figures {
  readonly shape: Shape | null;
  /** Shapes of further results, such as the states of a recurrent layer. */
  readonly more?: readonly (Shape | null)[];
  readonly macs: number | null;
}

/** Infers the figures of an op from its input shapes, batch first. */
export type Infer<O = Op> = (op: O, inputs: readonly Shape[]) => Figures;

/** Figures of an op that cannot be inferred. */
export const UNKNOWN: Figures = { shape: null, macs: null };

/** Makes the figures of an op that does not multiply by weights: it counts no MACs. */
export const without = (shape: Shape | null): Figures => ({ shape, macs: 0 });

/** Multiplies sizes; null where one is open. */
export function product(sizes: readonly (number | null)[]): number | null {
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all * size), 1);
}
