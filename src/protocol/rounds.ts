import type { RecipeStepInput } from './steps';

/** Rounds of pruning with training in between, each a little sparser than the last. */
export interface Rounds {
  /** At least 1. */
  readonly rounds: number;
  /** The sparsity after the last round and before the first, 0 to 1; the first is 0 by default. */
  readonly sparsity: number;
  readonly initialSparsity?: number;
  /** The prune step of each round, without its amount. */
  readonly prune: Omit<Extract<RecipeStepInput, { step: 'prune' }>, 'amount' | 'layers'>;
  /** The source of the kept weights after each prune step: an epoch or a checkpoint, see `RewindStep`. By default they stay. */
  readonly rewind?: number | string | undefined;
  readonly finetune: Extract<RecipeStepInput, { step: 'finetune' }>;
}

/**
 * Unrolls rounds of prune, rewind and fine-tune into a flat list of steps (Frankle and Carbin 2019, iterative magnitude
 * pruning). Sparsities are geometric: each round keeps the same share of the remaining weights, and the last round reaches
 * `sparsity` exactly.
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
