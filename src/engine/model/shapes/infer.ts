import type { Config, Shape } from '../topology-json';

/** A call of a layer: its configuration and the shapes that feed it, batch first. */
export interface LayerCall {
  readonly config: Config;
  readonly inputs: readonly Shape[];
}

/** What comes out, batch first, and the multiply-accumulates for one sample; null where it cannot be inferred. */
export interface LayerFigures {
  readonly shape: Shape | null;
  /** Shapes of further results, such as the states of a recurrent layer. */
  readonly more?: readonly (Shape | null)[];
  readonly macs: number | null;
}

/** Works out the figures of one type of layer. */
export type Infer = (call: LayerCall) => LayerFigures;

/** Nothing can be said. */
export const UNKNOWN: LayerFigures = { shape: null, macs: null };

/** Layers that move or bend values without multiplying by weights count no MACs. */
export const without = (shape: Shape | null): LayerFigures => ({ shape, macs: 0 });

/** The product of sizes; null where one is open. */
export function product(sizes: Shape): number | null {
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all * size), 1);
}
