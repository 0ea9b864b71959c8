import type { layers } from '../tf';

/** What a network is trained towards: one of several classes (it puts out logits), or the input itself. */
export type Target = { readonly kind: 'classes'; readonly count: number } | { readonly kind: 'input' };

/** A common network, as tests and bench build it from tfjs layers. */
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
