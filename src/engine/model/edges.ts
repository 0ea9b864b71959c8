/** A tensor that a call makes. */
export interface TensorRef {
  /** The call, as a place in `calls`. */
  readonly call: number;
  /** Which of its results: 0 for the first. */
  readonly output: number;
}

/** A tensor that a call takes. */
export interface CallInput extends TensorRef {
  /** The argument that takes it, where it is not passed by its place: `mask`, `initial_state`. */
  readonly keyword?: string;
}
