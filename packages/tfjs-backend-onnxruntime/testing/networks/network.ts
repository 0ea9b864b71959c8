import type { layers } from '../tf';

/** The target of a network: one of several classes (it returns logits), or its own input. */
export type Target = { readonly kind: 'classes'; readonly count: number } | { readonly kind: 'input' };

/** A common network of tests and benches. */
export interface Network {
  readonly name: string;
  /** Shape of one example, without the batch. */
  readonly inputShape: readonly number[];
  readonly target: Target;
  /** Examples in one training step, as usual for its size. */
  readonly batch: number;
  /** A new model, not compiled, with the same random weights each time. */
  build(): layers.LayersModel;
}
