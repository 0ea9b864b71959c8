/** The way in which pruning treats a tensor. */
export interface Pruning {
  /** Kernels count towards sparsity. */
  readonly kernel: boolean;
  readonly prunable: boolean;
  /** The reason why it is left alone. */
  readonly reason?: string;
}

/** Marks a tensor that is not pruned. */
export const leftAlone = (reason: string, kernel = false): Pruning => ({ kernel, prunable: false, reason });
/** Marks a kernel that may be pruned. */
export const PRUNABLE: Pruning = { kernel: true, prunable: true };

/** The reason why tensors of other types than float32 are left alone. It follows the name of the type. */
export const NOT_FACTORS = 'weights are not pruned: they are counts, indices or words, not factors';
