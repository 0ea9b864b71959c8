import type { Normalization } from '../../../protocol/normalization';
import type { Targets } from '../../dataset/targets';
import type { DescribedLoss } from '../../model/trained-for';

/** An output of a network and the targets that are to be told from it. */
export interface Subject {
  /** Name of the output where the network has several. */
  readonly output: string | undefined;
  /** Shape of the output for one example. */
  readonly shape: readonly number[];
  /** Function that it went through last; undefined where that is not known. */
  readonly activation: string | undefined;
  /** True where Keras would leave some of its steps out of the loss. */
  readonly masked?: boolean | undefined;
  /** Tells whether its values along the last axis are probabilities. */
  readonly probabilities: () => boolean;
  /** Shape of the network's input for one example. */
  readonly input: readonly number[];
  /** The loss with which the network was trained, where its file names one. */
  readonly trained: DescribedLoss | undefined;
  readonly targets: Targets;
  /** The normalization of the examples; null for numbers that enter unchanged. */
  readonly normalization: Normalization | null;
}

/** Activations with values from 0 to 1 in each unit by itself. */
export const SIGMOIDS: ReadonlySet<string> = new Set(['sigmoid', 'hardsigmoid', 'hardsigmoid6']);

/** `5x5x3`; `1` for a single number. */
export const sizeText = (shape: readonly number[]): string => (shape.length === 0 ? '1' : shape.join('x'));
