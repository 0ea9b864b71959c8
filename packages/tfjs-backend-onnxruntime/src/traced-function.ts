import { tf } from './tf';

/**
 * A function of float32 tensors with one float32 result. It may read and assign variables and must have no other
 * effect. Numbers that change from call to call must be inputs of shape [].
 */
export type Computation = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Promises about a computation. */
export interface TraceOptions {
  /**
   * Indices of the inputs with one example per row. The caller promises that values computed across examples are means,
   * or sums divided by the number of examples: a batch with every example twice would give the same result. Losses and
   * batch normalization do that. The examples may then be divided among workers.
   */
  readonly examples?: readonly number[];
}

/** A computation that runs again and again. */
export interface TracedFunction {
  /** True if the computation was recorded, so that tfjs takes no part in its runs. */
  readonly recorded: boolean;
  /**
   * Computes with the current values of variables, and assigns variables.
   *
   * @param inputs the values of each input, in row-major order
   * @returns the values of the result
   */
  run(...inputs: readonly Float32Array[]): Promise<Float32Array>;
  /** Frees its memory. */
  dispose(): void;
}

/** Runs a computation through tfjs each time, on any backend. */
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
    // It holds nothing.
  }
}
