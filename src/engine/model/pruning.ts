/** What pruning may do with a tensor. */
export interface Pruning {
  /** Kernels count towards sparsity. */
  readonly kernel: boolean;
  readonly prunable: boolean;
  /** Why it is left alone. */
  readonly reason?: string;
}

/** A tensor that is not pruned. */
export const leftAlone = (reason: string, kernel = false): Pruning => ({ kernel, prunable: false, reason });
/** A kernel that may be pruned. */
export const PRUNABLE: Pruning = { kernel: true, prunable: true };

/** Why tensors of other types than float32 are left alone, after the name of the type. */
export const NOT_FACTORS = 'weights are not pruned: they are counts, indices or words, not factors';
