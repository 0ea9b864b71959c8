/** A tensor that a call makes. */
export interface TensorRef {
  /** Index in `calls`. */
  readonly call: number;
  /** Index of the result; 0 is the first. */
  readonly output: number;
}

/** A tensor that a call takes. */
export interface CallInput extends TensorRef {
  /** Name of its argument, where it is not passed by position: `mask`, `initial_state`. */
  readonly keyword?: string;
}
