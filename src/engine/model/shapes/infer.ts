import type { Op } from '../op/op';
import type { Shape } from '../shape';

/** What comes out, batch first, and the multiply-accumulates for one sample; null where it cannot be inferred. */
export interface Figures {
  readonly shape: Shape | null;
  /** Shapes of further results, such as the states of a recurrent layer. */
  readonly more?: readonly (Shape | null)[];
  readonly macs: number | null;
}

/** Works out the figures of an op from the shapes that feed it, batch first. */
export type Infer<O = Op> = (op: O, inputs: readonly Shape[]) => Figures;

/** Nothing can be said. */
export const UNKNOWN: Figures = { shape: null, macs: null };

/** Ops that move or bend values without multiplying by weights count no MACs. */
export const without = (shape: Shape | null): Figures => ({ shape, macs: 0 });

/** The product of sizes; null where one is open. */
export function product(sizes: readonly (number | null)[]): number | null {
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all * size), 1);
}
