/** Which of ONNX Runtime's operators beyond the standard ones a graph may use. */
export interface InternalOperators {
  /** Channels in a block of the operators of the blocked layout; 0 where they are not to be used. */
  readonly block: number;
  /** Whether products of stacks of matrices may read their operands transposed. */
  readonly fusedMatMul: boolean;
}

/** Standard operators only: every graph has such a form. */
export const STANDARD_OPERATORS: InternalOperators = { block: 0, fusedMatMul: false };
