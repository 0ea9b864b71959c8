/** The internal operators of ONNX Runtime that a graph may use. */
export interface InternalOperators {
  /** Channels per block of the blocked operators; 0 if they must not be used. */
  readonly block: number;
  /** True if `FusedMatMul` may multiply stacks of transposed matrices. */
  readonly fusedMatMul: boolean;
}

/** Standard operators only. Every graph can be written with these. */
export const STANDARD_OPERATORS: InternalOperators = { block: 0, fusedMatMul: false };
