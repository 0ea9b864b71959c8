import { tf } from './tf';

/**
 * A function of float32 tensors with one float32 result. It may read variables and assign them, and has no other effect.
 * Nothing else in it may change from call to call: numbers that do are inputs, of shape [].
 */
export type Computation = (...inputs: tf.Tensor[]) => tf.Tensor;

/** What a computation promises beside. */
export interface TraceOptions {
  /**
   * Inputs whose first axis counts examples, with this promise: what is computed across examples are means, or sums divided
   * by a number of examples, so that a batch that has every example twice would give the same. Losses and batch normalisation
   * do that. Examples may then be divided among threads.
   */
  readonly examples?: readonly number[];
}

/** A computation that is run again and again. */
export interface TracedFunction {
  /** Whether it was recorded once, so that tfjs has no part in its runs. */
  readonly recorded: boolean;
  /**
   * Computes with the variables as they are now, and assigns them.
   * @param inputs the values of each, in its shape
   * @returns those of the result
   */
  run(...inputs: readonly Float32Array[]): Promise<Float32Array>;
  /** Frees what it holds. */
  dispose(): void;
}

/** Each run through tfjs, whatever its backend. */
export class EagerFunction implements TracedFunction {
  readonly recorded = false;

  constructor(
    private readonly compute: Computation,
    private readonly shapes: readonly (readonly number[])[],
  ) {}

  async run(...inputs: readonly Float32Array[]): Promise<Float32Array> {
    const result = tf.tidy(() => this.compute(...inputs.map((values, i) => tf.tensor(values, [...this.shapes[i]!]))));
    try {
      return await result.data<'float32'>();
    } finally {
      result.dispose();
    }
  }

  dispose(): void {
    // Holds nothing.
  }
}
