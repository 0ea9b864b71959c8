import type { RecipeStepInput } from './steps';

/** Rounds of pruning, each a little sparser than the last, with training in between. */
export interface Rounds {
  /** At least 1. */
  readonly rounds: number;
  /** Of the last round, 0 to 1; and the model's own before the first, 0 by default. */
  readonly sparsity: number;
  readonly initialSparsity?: number;
  /** The prune step of each round, without its amount. */
  readonly prune: Omit<Extract<RecipeStepInput, { step: 'prune' }>, 'amount' | 'layers'>;
  /** Where kept weights go back to after each prune step: an epoch or a checkpoint, see `RewindStep`; nowhere by default. */
  readonly rewind?: number | string | undefined;
  readonly finetune: Extract<RecipeStepInput, { step: 'finetune' }>;
}

/**
 * Unrolls rounds of prune, rewind and fine-tune into a flat list of steps (Frankle and Carbin 2019, iterative magnitude
 * pruning). Sparsities are geometric: each round keeps the same share of the weights that are left, and the last one
 * reaches `sparsity` exactly.
 */
export function unrollRounds({
  rounds,
  sparsity,
  initialSparsity = 0,
  prune,
  rewind,
  finetune,
}: Rounds): RecipeStepInput[] {
  return Array.from({ length: rounds }, (_, i) => [
    { ...prune, amount: { sparsity: sparsityOfRound(i + 1, rounds, sparsity, initialSparsity) } },
    ...(rewind === undefined ? [] : [{ step: 'rewind' as const, to: rewind }]),
    finetune,
  ]).flat();
}

function sparsityOfRound(round: number, rounds: number, sparsity: number, initial: number): number {
  if (round === rounds || initial >= 1) return sparsity;
  return 1 - (1 - initial) * ((1 - sparsity) / (1 - initial)) ** (round / rounds);
}
