import { UserError } from '../../../protocol/errors';
import type { PreviewCounts, PrunedLayer } from '../../../protocol/measure';
import type { PruneAmount, PruneStep } from '../../../protocol/steps/prune';
import type { ModelContent } from '../../checkpoint/types';
import { cutBelow, cutCount, cutTogether, type Cut } from './cut';
import { rank, standardDeviation, type RankedLayer } from './ranking';
import { importanceScores, type ImportanceScore } from './scores';

/** What a prune step would do to a model; `applyPrune` does it. */
export interface PrunePlan {
  readonly score: ImportanceScore;
  /** By layer name; layers that are left alone are absent. */
  readonly cuts: ReadonlyMap<string, Cut>;
  /** Every layer of the model as it would be, with the reason for each that is left alone. */
  readonly layers: readonly PrunedLayer[];
  readonly totals: PreviewCounts['totals'];
}

/**
 * Plans a prune step exactly, without touching a weight: a threshold cuts |w| below it; a sparsity cuts the nearest whole
 * number of smallest weights, of equal ones the first. A sparsity counts all kernel weights of the model with scope
 * `global`, and those of the layer that can be pruned with scope `layer` or in `layers`.
 * @throws UserError for layers that do not exist or cannot be pruned, an amount that cannot be reached, NaN weights
 */
export function planPrune(model: ModelContent, step: PruneStep): PrunePlan {
  const score = importanceScores[step.score];
  const ranked = rank(model, score);
  const cuts = new Map<string, Cut>();
  const named = Object.entries(step.layers ?? {});
  if (step.amount === undefined && named.length === 0) {
    throw new UserError(
      'The prune step says neither how much to prune nor in which layers: give "amount" or "layers".',
    );
  }
  for (const [name, amount] of named) cuts.set(name, cutLayer(findLayer(ranked, name), amount, step.allowEmptyLayers));
  if (step.amount !== undefined) {
    const rest = ranked.filter(({ layer }) => layer.prunable && !cuts.has(layer.name));
    const together =
      step.scope === 'layer'
        ? rest.map((layer) => cutLayer(layer, step.amount!, step.allowEmptyLayers))
        : cutGlobally(ranked, rest, cuts, step.amount, step.allowEmptyLayers);
    rest.forEach(({ layer }, i) => cuts.set(layer.name, together[i]!));
  }
  return {
    score,
    cuts,
    layers: ranked.map((layer) => describe(layer, cuts.get(layer.layer.name))),
    totals: totalsOf(ranked, cuts),
  };
}

function findLayer(ranked: readonly RankedLayer[], name: string): RankedLayer {
  const found = ranked.find(({ layer }) => layer.name === name);
  if (!found) {
    const names = ranked.filter(({ layer }) => layer.prunable).map(({ layer }) => `"${layer.name}"`);
    throw new UserError(
      `The model has no layer "${name}": layers that can be pruned are ${names.join(', ') || 'none'}.`,
    );
  }
  const { layer } = found;
  if (!layer.prunable) {
    throw new UserError(`The layer "${name}" cannot be pruned (${layer.reason ?? 'it has no kernel'}): leave it out.`);
  }
  return found;
}

function cutLayer(layer: RankedLayer, amount: PruneAmount, allowEmpty: boolean): Cut {
  if ('sparsity' in amount) return cutCount(layer, Math.round(amount.sparsity * layer.sorted.length), allowEmpty);
  return cutBelow(layer, thresholdOf(amount, [layer]), allowEmpty);
}

function thresholdOf(
  amount: { threshold: number } | { standardDeviations: number },
  layers: readonly RankedLayer[],
): number {
  return 'threshold' in amount ? amount.threshold : amount.standardDeviations * standardDeviation(layers);
}

function cutGlobally(
  all: readonly RankedLayer[],
  rest: readonly RankedLayer[],
  cuts: ReadonlyMap<string, Cut>,
  amount: PruneAmount,
  allowEmpty: boolean,
): Cut[] {
  if (!('sparsity' in amount)) {
    const threshold = thresholdOf(amount, rest);
    return rest.map((layer) => cutBelow(layer, threshold, allowEmpty));
  }
  const kernelWeights = all.reduce((total, layer) => total + layer.kernelWeights, 0);
  const elsewhere = all
    .filter((layer) => !rest.includes(layer))
    .reduce((total, layer) => total + zerosAfter(layer, cuts.get(layer.layer.name)), 0);
  const wanted = Math.round(amount.sparsity * kernelWeights) - elsewhere;
  const protectedZeros = rest.reduce((total, layer) => total + layer.protectedZeros, 0);
  const free = rest.reduce((total, layer) => total + layer.sorted.length, 0);
  if (wanted - protectedZeros > free) {
    const reachable = Math.floor(((elsewhere + protectedZeros + free) / kernelWeights) * 1000) / 1000;
    throw new UserError(
      `A sparsity of ${amount.sparsity} cannot be reached, because only ${free} of the ${kernelWeights} kernel weights may be pruned here: ask for ${reachable} at most.`,
    );
  }
  return cutTogether(rest, Math.max(0, wanted - protectedZeros), allowEmpty);
}

/** Zeros among all kernel weights of a layer once it is cut. */
function zerosAfter(layer: RankedLayer, cut: Cut | undefined): number {
  return layer.protectedZeros + Math.max(layer.zeros, cut?.count ?? 0);
}

function nonzeroAfter(layer: RankedLayer, cut: Cut | undefined): number {
  return layer.nonzero - Math.max(0, (cut?.count ?? 0) - layer.zeros);
}

function describe(ranked: RankedLayer, cut: Cut | undefined): PrunedLayer {
  const { layer, kernelWeights } = ranked;
  const untouched = layer.tensors.flatMap(({ tensor, prunable, reason }) =>
    prunable || reason === undefined ? [] : [{ name: tensor.name, reason }],
  );
  const reason = cut?.keptLargest
    ? 'it keeps its largest weight: a layer loses all its weights only where empty layers are allowed'
    : (layer.reason ?? (cut ? undefined : 'no amount is given for it'));
  return {
    name: layer.name,
    sparsity: kernelWeights === 0 ? null : zerosAfter(ranked, cut) / kernelWeights,
    threshold: cut?.threshold ?? null,
    nonzero: nonzeroAfter(ranked, cut),
    ...(reason === undefined ? {} : { reason }),
    ...(untouched.length === 0 ? {} : { untouched }),
  };
}

function totalsOf(ranked: readonly RankedLayer[], cuts: ReadonlyMap<string, Cut>): PreviewCounts['totals'] {
  const total = (pick: (layer: RankedLayer) => number) => ranked.reduce((all, layer) => all + pick(layer), 0);
  const kernelWeights = total((layer) => layer.kernelWeights);
  const zeros = total((layer) => zerosAfter(layer, cuts.get(layer.layer.name)));
  return {
    params: total(({ layer }) => layer.params),
    nonzero: total((layer) => nonzeroAfter(layer, cuts.get(layer.layer.name))),
    sparsity: kernelWeights === 0 ? 0 : zeros / kernelWeights,
  };
}
