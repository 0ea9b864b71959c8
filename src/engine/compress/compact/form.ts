import type { tf } from '../../tf';
import type { FormName } from '../../../protocol/steps/compact';
import type { Convolution } from './convolution';

/** Sizes of a form that decide its cost, for example the depth multiplier of a separable convolution. */
export type Sizes = readonly number[];

/** Values with a shape, row by row. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The facts from which a layer is approximated: its kernel as a matrix, and how its inputs vary together. */
export interface Problem {
  readonly convolution: Pick<Convolution, 'taps' | 'inputs' | 'outputs'>;
  /** The kernel, taps times inputs x outputs; the rows of a position of the window lie together. */
  readonly kernel: Float32Array;
  /** Second moments of the rows of inputs, as many rows and columns as the kernel has rows; null where none were measured. */
  readonly moments: Float32Array | null;
}

/** A cheaper form of a convolution: the product of some factors. */
export interface Form {
  readonly name: FormName;
  /** Returns the reason why a convolution cannot have this form; undefined where it can. */
  readonly whyNot: (convolution: Convolution) => string | undefined;
  /** Lists the sizes that are tried, from the cheapest. */
  readonly sizes: (convolution: Convolution) => Sizes[];
  /** Multiply-accumulates for one example, over all calls of the layer. */
  readonly macs: (convolution: Convolution, sizes: Sizes) => number;
  /** Parameters, without the bias. */
  readonly params: (convolution: Convolution, sizes: Sizes) => number;
  /** The form with its sizes in words: `separable, depth multiplier 2`. */
  readonly words: (sizes: Sizes) => string;
  /**
   * Prepares a problem for all sizes. The function that it returns finds the factors of the best approximation, or nearly
   * so; the last axis of the last factor runs over the outputs.
   */
  readonly starts: (problem: Problem) => (sizes: Sizes) => Values[];
  /**
   * Computes the kernel that the factors stand for, taps times inputs x outputs. It is linear in each factor. Call it
   * within a tidy.
   */
  readonly compose: (convolution: Problem['convolution'], factors: readonly tf.Tensor[]) => tf.Tensor2D;
}
