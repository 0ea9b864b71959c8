import { typedPercent } from '../../../protocol/format';
import { UserError } from '../../../protocol/errors';
import { needsDataset } from '../../../protocol/dataset';
import { sparsityOf } from '../../../protocol/figures';
import type { PrunedLayer } from '../../../protocol/measure';
import { needsImages, type PruneAmount, type PruneStep } from '../../../protocol/steps/prune';
import type { ModelContent } from '../../checkpoint/types';
import { unlessAborted } from '../../pause';
import { selectBelow, selectSmallest, selectGlobally, groupsFor, type Selection } from './selection';
import { N_OF_M_KEPT, patternOf } from './granularity';
import { amountsByLayer, protectedLayers } from '../layer-names';
import { lostBy, rank, rankingOf, standardDeviation, type RankedLayer, type Ranking } from './ranking';
import type { Statistics } from './scores/score';

/** The counts of a whole model after it is pruned. */
export interface PrunedTotals {
  readonly params: number;
  readonly nonzero: number;
  /** Zeros over all kernel weights, 0 to 1. */
  readonly sparsity: number;
}

/** The effect of a prune step on a model; `applyPrune` applies it. */
export interface PrunePlan {
  readonly ranking: Ranking;
  /** By layer name; unchanged layers are absent. */
  readonly selections: ReadonlyMap<string, Selection>;
  /** Every layer of the model after the step, with the reason for each unchanged one. */
  readonly layers: readonly PrunedLayer[];
  readonly totals: PrunedTotals;
}

/**
 * Plans a prune step exactly, without changing a weight.
 * A threshold prunes all scores below it. A sparsity prunes the smallest scores until the nearest whole number of
 * weights is 0; of equal scores, the first are pruned. With scope `global`, a sparsity counts all kernel weights of the
 * model. With scope `layer` or in `layers`, it counts the prunable weights of the layer. N:M prunes each layer whose
 * number of input channels is a multiple of M.
 * @param seed the recipe's, for random scores
 * @param statistics of this very model, from `calibrate`, for scores that need data
 * @throws UserError for layers that do not exist or cannot be pruned, an amount or granularity that does not fit, NaN
 * weights
 */
export function planPrune(model: ModelContent, step: PruneStep, seed = 0, statistics?: Statistics): PrunePlan {
  checkAmounts(step);
  if (needsImages(step.score) && !statistics) throw new UserError(needsDataset(`The score ${step.score}`));
  const ranking = rankingOf(step, seed, statistics);
  const { ranked, guarded, amounts, rest } = layersToCut(model, step, ranking);
  const selections = new Map<string, Selection>();
  for (const [layer, amount] of amounts) selections.set(layer.layer.name, cutLayer(layer, amount, step));
  const together = cutRest(ranked, rest, selections, step, ranking);
  rest.forEach(({ layer }, i) => together[i] && selections.set(layer.name, together[i]));
  return {
    ranking,
    selections,
    layers: ranked.map((layer) =>
      describe(layer, selections.get(layer.layer.name), ranking, guarded.get(layer.layer.name)),
    ),
    totals: totalsOf(ranked, selections),
  };
}

/**
 * Puts the weights of a large model in the order in which steps like this one prune them: `planPrune` then reads none. Steps
 * with scores that need data are left out. @throws CancelledError
 */
export async function putInOrder(
  model: ModelContent,
  step: PruneStep,
  seed: number,
  signal: AbortSignal,
): Promise<void> {
  if (needsImages(step.score)) return;
  for (const { scores } of rank(model, rankingOf(step, seed)))
    if (scores.putInOrder) await unlessAborted(scores.putInOrder(), signal);
}

/** The layers of a model as a step will cut them. */
interface LayersToCut {
  readonly ranked: readonly RankedLayer[];
  /** The pattern of "protect" by the name of the layer that it protects. */
  readonly guarded: ReadonlyMap<string, string>;
  /** Layers with an amount of their own. */
  readonly amounts: readonly (readonly [RankedLayer, PruneAmount])[];
  /** Layers that share the amount of the step. */
  readonly rest: readonly RankedLayer[];
}

/** @throws UserError for layers that do not exist or cannot be pruned, or a granularity that fits none */
export function layersToCut(model: ModelContent, step: PruneStep, ranking: Ranking): LayersToCut {
  const ranked = rank(model, ranking);
  const described = ranked.map(({ layer }) => layer);
  const guarded = protectedLayers(described, step.protect);
  const prunable = () => described.filter((layer) => layer.prunable);
  const amounts = amountsByLayer(described, step.layers ?? {}, {
    possible: prunable,
    why: (i) => whyNotCut(ranked[i]!, guarded.get(described[i]!.name)),
  });
  const open = ranked.filter(({ layer }) => layer.prunable && !guarded.has(layer.name));
  const own = new Set([...amounts.keys()].map((i) => ranked[i]!));
  const rest = open.filter((layer) => layer.misfit === undefined && !own.has(layer));
  const first = open.find(({ misfit }) => misfit !== undefined);
  if (first && rest.length === 0 && own.size === 0)
    throw new UserError(
      `The granularity ${step.granularity ?? 'element'} fits no layer ("${first.layer.name}": ${first.misfit}): choose another.`,
    );
  return { ranked, guarded, amounts: [...amounts].map(([i, amount]) => [ranked[i]!, amount]), rest };
}

function cutRest(
  all: readonly RankedLayer[],
  rest: readonly RankedLayer[],
  selections: ReadonlyMap<string, Selection>,
  step: PruneStep,
  { pattern }: Ranking,
): readonly Selection[] {
  const { amount } = step;
  if (pattern.kind === 'n:m') return rest.map((layer) => selectBelow(layer, N_OF_M_KEPT, true));
  if (amount === undefined) return [];
  if (step.scope === 'layer') return rest.map((layer) => cutLayer(layer, amount, step));
  return cutGlobally(all, rest, selections, amount, step);
}

/** Checks, from the step alone, that it gives an amount, and only one. @throws UserError */
function checkAmounts({ amount, layers = {}, granularity, score }: PruneStep): void {
  const amounts = [...(amount === undefined ? [] : [amount]), ...Object.values(layers)];
  const pattern = patternOf(granularity);
  if (pattern.kind === 'n:m') {
    if (pattern.keep >= pattern.of)
      throw new UserError(
        `The granularity ${granularity} keeps every weight: in N:M, such as 2:4, N must be smaller than M.`,
      );
    if (amounts.length > 0)
      throw new UserError(`The granularity ${granularity} sets the sparsity itself: leave the amount out.`);
  } else if (amounts.length === 0) {
    throw new UserError('The prune step has neither "amount" nor "layers": give one of them.');
  }
  if (score !== 'magnitude' && score !== 'l2' && amounts.some((one) => 'standardDeviations' in one))
    throw new UserError(
      `Standard deviations describe weights, but the score is ${score}: give a sparsity, or use the score magnitude.`,
    );
}

/** Explains in one sentence why a layer cannot have an amount of its own; undefined where it can. */
function whyNotCut({ layer, misfit }: RankedLayer, guard: string | undefined): string | undefined {
  const { name } = layer;
  if (guard !== undefined)
    return `The layer "${name}" has an amount, but "${guard}" in "protect" protects it: remove one of them.`;
  if (!layer.prunable)
    return `The layer "${name}" cannot be pruned (${layer.reason ?? 'it has no kernel'}): leave it out.`;
  if (misfit !== undefined)
    return `The layer "${name}" cannot be pruned by that granularity (${misfit}): leave it out.`;
  return undefined;
}

type Emptying = Pick<PruneStep, 'allowEmptyLayers'>;

/** Selects the weights of a layer that has an amount of its own. */
export function cutLayer(layer: RankedLayer, amount: PruneAmount, { allowEmptyLayers }: Emptying): Selection {
  if (!('sparsity' in amount)) return selectBelow(layer, thresholdOf(amount, [layer]), allowEmptyLayers);
  return selectSmallest(layer, groupsFor(layer, Math.round(amount.sparsity * layer.weights)), allowEmptyLayers);
}

/** Returns the size below which weights of these layers become 0. */
export function thresholdOf(
  amount: { threshold: number } | { standardDeviations: number },
  layers: readonly RankedLayer[],
): number {
  return 'threshold' in amount ? amount.threshold : amount.standardDeviations * standardDeviation(layers);
}

function cutGlobally(
  all: readonly RankedLayer[],
  rest: readonly RankedLayer[],
  selections: ReadonlyMap<string, Selection>,
  amount: PruneAmount,
  { allowEmptyLayers }: Emptying,
): Selection[] {
  if (!('sparsity' in amount)) {
    const threshold = thresholdOf(amount, rest);
    return rest.map((layer) => selectBelow(layer, threshold, allowEmptyLayers));
  }
  return selectGlobally(rest, globalCount(all, rest, selections, amount), allowEmptyLayers);
}

/**
 * Counts the weights that the layers without an amount of their own lose together, for a sparsity of the model.
 * @throws UserError where they have fewer
 */
export function globalCount(
  all: readonly RankedLayer[],
  rest: readonly RankedLayer[],
  selections: ReadonlyMap<string, Selection>,
  amount: { readonly sparsity: number },
): number {
  const kernelWeights = all.reduce((total, layer) => total + layer.kernelWeights, 0);
  const elsewhere = all
    .filter((layer) => !rest.includes(layer))
    .reduce((total, layer) => total + zerosAfter(layer, selections.get(layer.layer.name)), 0);
  const wanted = Math.round(amount.sparsity * kernelWeights) - elsewhere;
  const protectedZeros = rest.reduce((total, layer) => total + layer.protectedZeros, 0);
  const free = rest.reduce((total, layer) => total + layer.weights, 0);
  if (wanted - protectedZeros > free) {
    const reachable = Math.floor(((elsewhere + protectedZeros + free) / kernelWeights) * 1000) / 1000;
    throw new UserError(
      `A sparsity of ${typedPercent(amount.sparsity)} cannot be reached, because only ${free} of the ${kernelWeights} kernel weights may be pruned here: ask for ${typedPercent(reachable)} at most.`,
    );
  }
  return Math.max(0, wanted - protectedZeros);
}

/** Counts the zeros among all kernel weights of a layer after it is pruned. */
function zerosAfter(layer: RankedLayer, selection: Selection | undefined): number {
  return layer.protectedZeros + layer.zeros + lostBy(layer, selection?.count ?? 0);
}

function nonzeroAfter(layer: RankedLayer, selection: Selection | undefined): number {
  return layer.nonzero - lostBy(layer, selection?.count ?? 0);
}

function describe(
  ranked: RankedLayer,
  selection: Selection | undefined,
  { pattern }: Ranking,
  guard?: string,
): PrunedLayer {
  const { layer, kernelWeights } = ranked;
  const untouched = layer.tensors.flatMap(({ tensor, prunable, reason }) =>
    prunable || reason === undefined ? [] : [{ name: tensor.name, reason }],
  );
  const left = layer.reason ?? (guard === undefined ? ranked.misfit : `"${guard}" in "protect" names it`);
  const reason = selection?.keptLargest
    ? `it keeps its largest ${pattern.kind === 'element' ? 'weight' : pattern.kind}: a layer loses all its weights only where empty layers are allowed`
    : (left ?? (selection ? undefined : 'no amount is given for it'));
  const isProtected = guard !== undefined || (!layer.prunable && layer.tensors.length > 0);
  return {
    name: layer.name,
    state: selection ? 'pruned' : isProtected ? 'protected' : 'skipped',
    sparsity: sparsityOf(zerosAfter(ranked, selection), kernelWeights),
    threshold: pattern.kind === 'n:m' ? null : (selection?.threshold ?? null),
    nonzero: nonzeroAfter(ranked, selection),
    ...(reason === undefined ? {} : { reason }),
    ...(untouched.length === 0 ? {} : { untouched }),
  };
}

function totalsOf(ranked: readonly RankedLayer[], selections: ReadonlyMap<string, Selection>): PrunedTotals {
  const total = (pick: (layer: RankedLayer) => number) => ranked.reduce((all, layer) => all + pick(layer), 0);
  const kernelWeights = total((layer) => layer.kernelWeights);
  const zeros = total((layer) => zerosAfter(layer, selections.get(layer.layer.name)));
  return {
    params: total(({ layer }) => layer.params),
    nonzero: total((layer) => nonzeroAfter(layer, selections.get(layer.layer.name))),
    sparsity: sparsityOf(zeros, kernelWeights) ?? 0,
  };
}
